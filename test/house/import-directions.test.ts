import { describe, expect, test } from 'vitest'
import { partOf, readSources } from './source.ts'

const sources = readSources()

// The one knot: the context hands out the chunk that talks to servers, whose functions take the
// context. Only the chunk's type is named there; what is loaded goes one way.
const KNOT = { from: 'context.ts', to: 'online.ts' }

const files = sources.map((file) => ({
  ...file,
  imports: file.imports.filter((to) => file.path !== KNOT.from || to !== KNOT.to),
}))

// Each layer may import every layer above it in this list, and nothing of its own layer unless a
// row of `beside` says so. The first stand alone, the last put everything together.
const LAYERS: readonly (readonly string[])[] = [
  ['text', 'ports'],
  ['errors'],
  ['files'],
  ['keys'],
  [
    'config',
    'transport',
    'stores',
    'lock',
    'loopback',
    'browser',
    'prompts',
    'protocol',
    'output',
    'identity',
    'signals.ts',
    'system.ts',
    'children.ts',
  ],
  ['context.ts'],
  ['sessions'],
  ['grants'],
  [
    'login',
    'token',
    'logout',
    'status',
    'profile',
    'discover',
    'completion',
    'exec',
    'request',
    'secret',
    'key',
    'store',
  ],
  ['online.ts'],
  ['cli'],
  ['commands'],
  ['fast'],
  ['main.ts'],
  ['entry.ts'],
]

/** Neighbours that are allowed, and what for. */
const beside: Readonly<Record<string, readonly string[]>> = {
  // The settings that an authorization request is made of.
  protocol: ['config'],
  // The exchange that --verbose shows.
  output: ['transport'],
  // The locks of a run that has no place for them.
  stores: ['lock'],
  // The environment of a child without secrets.
  'system.ts': ['browser'],
  identity: ['browser'],
  // A logout opens a browser as a login does.
  logout: ['login'],
  // What uses a token gets it as `token` does.
  exec: ['token'],
  request: ['token'],
}

// Nothing but the composition roots may know these.
const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  'signals.ts': ['main.ts'],
  'system.ts': ['main.ts'],
  'children.ts': ['main.ts'],
  fast: ['entry.ts'],
  'main.ts': ['entry.ts'],
  // A command gets its transport, browser and prompts from the context.
  'transport/http.ts': ['main.ts'],
  'browser/browser.ts': ['main.ts'],
  'prompts/prompter.ts': ['main.ts'],
  'lock/locks.ts': ['main.ts', 'stores'],
}

const layerOf = new Map(LAYERS.flatMap((parts, layer) => parts.map((part) => [part, layer])))

function isAllowed(from: string, to: string): boolean {
  if (from === to || beside[from]?.includes(to)) return true
  return (layerOf.get(to) ?? Infinity) < (layerOf.get(from) ?? -1)
}

test('the files were found', () => {
  expect(files.length).toBeGreaterThan(100)
  const known = new Set(files.map(({ path }) => path))
  const dangling = files.flatMap(({ path, imports }) =>
    imports.filter((to) => !known.has(to)).map((to) => `${path} -> ${to}`),
  )
  expect(dangling).toEqual([])
})

test('the knot is one of types', () => {
  const { code = '' } = sources.find(({ path }) => path === KNOT.from) ?? {}
  expect(code.match(/[^\n]*online\.ts[^\n]*/g)).toEqual([
    "  online(): Promise<typeof import('./online.ts')>",
  ])
})

test('every part of src has its layer', () => {
  const parts = [...new Set(files.map(({ path }) => partOf(path)))]
  expect(parts.filter((part) => !layerOf.has(part))).toEqual([])
  expect([...layerOf.keys()].filter((part) => !parts.includes(part))).toEqual([])
})

test('imports go from the outer layers to the inner ones', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports.filter((to) => !isAllowed(partOf(path), partOf(to))).map((to) => `${path} -> ${to}`),
  )
  expect(wrong).toEqual([])
})

test('no exception is left over', () => {
  for (const [from, targets] of Object.entries(beside)) {
    for (const to of targets) {
      const used = files.some(
        ({ path, imports }) => partOf(path) === from && imports.some((one) => partOf(one) === to),
      )
      expect(used, `${from} -> ${to}`).toBe(true)
    }
  }
})

test('no two folders import each other, over any number of others', () => {
  const graph = new Map<string, Set<string>>()
  for (const { path, imports } of files) {
    const from = partOf(path)
    const targets = graph.get(from) ?? new Set()
    for (const to of imports) if (partOf(to) !== from) targets.add(partOf(to))
    graph.set(from, targets)
  }
  const done = new Set<string>()
  const visit = (part: string, trail: string[]): void => {
    expect(trail, `a cycle: ${[...trail, part].join(' -> ')}`).not.toContain(part)
    if (done.has(part)) return
    for (const next of graph.get(part) ?? []) visit(next, [...trail, part])
    done.add(part)
  }
  for (const part of graph.keys()) visit(part, [])
})

test('adapters are known to the composition roots only', () => {
  for (const [adapter, allowed] of Object.entries(ADAPTERS)) {
    const users = files.filter(
      ({ path, imports }) =>
        partOf(path) !== partOf(adapter) &&
        imports.some((to) => to === adapter || partOf(to) === adapter),
    )
    const wrong = users.map(({ path }) => path).filter((path) => !allowed.includes(partOf(path)))
    expect(wrong, adapter).toEqual([])
  }
})

// The global fetch has the same rule; the linter tells it from a port of that name, a pattern cannot.
describe('the machine is touched only where a port is implemented', () => {
  const RULES: [what: string, pattern: RegExp, allowed: string[]][] = [
    [
      'process',
      /(?<![.\w'])process\.(?!getBuiltinModule\b)|\bmain\(process\b|typeof process\b/,
      // The start, the machine's shell, real processes, the user id that D-Bus asks for.
      [
        'children.ts',
        'entry.ts',
        'lock/process-table.ts',
        'stores/secret-service-check.ts',
        'system.ts',
      ],
    ],
    ['console', /\bconsole\./, []],
    [
      'Date.now',
      /\bDate\.now\b|new Date\(\)|performance\.now/,
      // The clock itself, the fast start, and the clock of the protocol library.
      ['entry.ts', 'protocol/protocol-client.ts', 'system.ts'],
    ],
    ['Math.random', /\bMath\.random\b/, []],
    [
      'timers',
      /(?<![.\w])set(?:Timeout|Interval|Immediate)\(|from 'node:timers/,
      // The clock, the heartbeat of a lock and the end of the process, which no test clock rules.
      ['lock/heartbeat.ts', 'signals.ts', 'system.ts'],
    ],
    ['randomness', /\b(?:randomBytes|randomUUID|getRandomValues)\b/, ['system.ts']],
    [
      'child processes',
      /'node:child_process'/,
      ['browser/launch.ts', 'children.ts', 'identity/run-command.ts', 'system.ts'],
    ],
    // On Node 22 and later an import of these costs more than 20 ms at the start.
    ['HTTP at the start', /^import (?!type\b)[^']*'node:https?'/m, []],
  ]

  test.each(RULES)('%s', (_, pattern, allowed) => {
    const found = files.filter(({ code }) => pattern.test(code)).map(({ path }) => path)
    expect(found.filter((path) => !allowed.includes(path))).toEqual([])
    expect(allowed.filter((path) => !found.includes(path))).toEqual([])
  })
})

test('no file is longer than 300 lines', () => {
  const long = files.filter(({ text }) => text.split('\n').length - 1 > 300)
  expect(long.map(({ path }) => path)).toEqual([])
})

// Each is one lazily loaded chunk of the bundle.
const CHUNKS = new Set(['online.ts', 'transport/undici.ts'])

test('exports have names, and no file only passes others on', () => {
  expect(files.filter(({ code }) => /^export default/m.test(code))).toEqual([])
  const barrels = files.filter(
    ({ path, code }) => /^export (?:\*|\{[^}]*\}) from/m.test(code) && !CHUNKS.has(path),
  )
  expect(barrels.map(({ path }) => path)).toEqual([])
})
