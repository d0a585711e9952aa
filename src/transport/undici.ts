// The parts of undici in use, as a module of their own: a CommonJS package keeps its names through
// the bundler only where they are imported by name.
export { Agent, ProxyAgent, request } from 'undici'
