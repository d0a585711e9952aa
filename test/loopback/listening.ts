import { afterEach } from 'vitest'
import { startListener, type Listener, type ListenerOptions } from '../../src/loopback/listener.ts'
import { parseRedirectUri, type LoopbackTarget } from '../../src/loopback/redirect-target.ts'

export const STATE = 'sTaTe-0123456789'

const open: Listener[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()))
})

export function loopbackTarget(uri?: string): LoopbackTarget {
  const target = parseRedirectUri(uri)
  if (target.kind !== 'loopback') throw new Error(`${uri} is not loopback`)
  return target
}

export interface Listening {
  listener: Listener
  port: number
  strays: string[]
  abort: (reason: unknown) => void
}

/** A listener of the test's own, closed after the test. */
export async function listening(
  options: Partial<ListenerOptions> & { uri?: string } = {},
): Promise<Listening> {
  const { uri, ...rest } = options
  const strays: string[] = []
  const controller = new AbortController()
  const listener = await startListener({
    target: loopbackTarget(uri),
    state: STATE,
    responseMode: 'query',
    signal: controller.signal,
    platform: process.platform,
    onStray: (what) => strays.push(what),
    ...rest,
  })
  open.push(listener)
  return {
    listener,
    port: Number(new URL(listener.redirectUri).port),
    strays,
    abort: (reason) => controller.abort(reason),
  }
}
