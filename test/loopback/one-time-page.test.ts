import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startPageServer, type PageServer } from '../../src/loopback/one-time-page.ts'
import { renderPostForm } from '../../src/loopback/post-form.ts'
import { isPending, openSocket, send, statusOf, reachable } from './raw.ts'

const page = renderPostForm({
  action: 'https://as.example/logout',
  fields: { id_token_hint: 'h1' },
})
const random = { bytes: (length: number) => randomBytes(length) }

async function serve(
  signal = new AbortController().signal,
): Promise<PageServer & { port: number; path: string }> {
  const server = await startPageServer({ page, signal, random, platform: process.platform })
  onTestFinished(() => server.close())
  const { port, pathname } = new URL(server.url)
  return { ...server, port: Number(port), path: pathname }
}

describe('startPageServer', () => {
  it('gives the page once, and never again', async () => {
    const { port, path, served } = await serve()
    const first = await send(port, { path })
    expect(statusOf(first)).toBe(200)
    expect(first).toContain('value="h1"')
    await served
    const second = await send(port, { path })
    expect(statusOf(second)).toBe(410)
    expect(second).not.toContain('h1')
  })

  it('has a path that nobody guesses', async () => {
    const [one, two] = await Promise.all([serve(), serve()])
    expect(one.path).toMatch(/^\/[\w-]{43}$/)
    expect(one.path).not.toBe(two.path)
  })

  it.each([
    ['another path', (path: string) => ({ path: `${path}x` }), 404],
    ['HEAD', (path: string) => ({ path, method: 'HEAD' }), 405],
    ['a prefetch', (path: string) => ({ path, headers: ['Sec-Purpose: prefetch'] }), 400],
    ['a rebound name', (path: string) => ({ path, host: 'evil.example' }), 421],
  ])('does not spend the page on %s', async (_name, request, status) => {
    const { port, path, served } = await serve()
    const text = await send(port, request(path))
    expect(statusOf(text)).toBe(status)
    expect(text).not.toContain('h1')
    expect(await isPending(served)).toBe(true)
    expect(statusOf(await send(port, { path }))).toBe(200)
  })

  it('ends with an aborted signal and with connections open', async () => {
    const controller = new AbortController()
    const server = await serve(controller.signal)
    await openSocket(server.port)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(server.served).rejects.toBe(reason)
    await server.close()
    expect(await reachable(server.port)).toBe(false)
  })
})
