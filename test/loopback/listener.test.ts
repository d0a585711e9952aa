import { describe, expect, it } from 'vitest'
import { isPending, openSocket, readAll, requestText, send, statusOf, reachable } from './raw.ts'
import { listening, loopbackTarget, STATE } from './listening.ts'
import { startListener } from '../../src/loopback/listener.ts'

const GOOD = `/callback?code=c1&state=${STATE}`
const SUCCESS = { kind: 'success', profile: 'work' } as const

describe('the redirect', () => {
  it('is given to the caller while the browser waits for the outcome', async () => {
    const { listener, port } = await listening()
    const socket = await openSocket(port)
    const answer = readAll(socket)
    socket.write(requestText(port, { path: GOOD }))
    const arrival = await listener.response
    expect([...arrival.parameters]).toEqual([
      ['code', 'c1'],
      ['state', STATE],
    ])
    expect(socket.bytesRead).toBe(0)
    await arrival.answer(SUCCESS)
    const text = await answer
    expect(statusOf(text)).toBe(200)
    expect(text).toContain('You are logged in')
    expect(text).toMatch(/\r\nConnection: close\r\n/)
    expect(text).not.toContain('c1&')
  })

  it('shows the outcome that the caller found, not an early success', async () => {
    const { listener, port } = await listening()
    const answer = send(port, { path: GOOD })
    await (
      await listener.response
    ).answer({
      kind: 'failure',
      message: 'The keychain is locked',
      command: 'oauthctl login work',
    })
    const text = await answer
    expect(text).toContain('The keychain is locked')
    expect(text).toContain('<code>oauthctl login work</code>')
    expect(text).not.toContain('You are logged in')
  })

  it('carries an error of the server like a success, once its state is ours', async () => {
    const { listener, port } = await listening()
    const answer = send(port, { path: `/callback?error=access_denied&state=${STATE}` })
    const arrival = await listener.response
    expect(arrival.parameters.get('error')).toBe('access_denied')
    await arrival.answer(SUCCESS)
    await answer
  })

  it('does not mind a browser that goes away before the answer', async () => {
    const { listener, port } = await listening()
    const socket = await openSocket(port)
    socket.write(requestText(port, { path: GOOD }))
    const arrival = await listener.response
    socket.destroy()
    await expect(arrival.answer(SUCCESS)).resolves.toBeUndefined()
    await expect(listener.close()).resolves.toBeUndefined()
  })

  it('does not wait for a browser that never reads its page', async () => {
    const { listener, port } = await listening()
    const socket = await openSocket(port)
    socket.pause()
    socket.write(requestText(port, { path: GOOD }))
    await (await listener.response).answer(SUCCESS)
    await listener.close()
    expect(await reachable(port)).toBe(false)
    socket.destroy()
  })

  it('counts once: a reload waits for the same page, and a late one gets it too', async () => {
    const { listener, port } = await listening()
    const first = send(port, { path: GOOD })
    const arrival = await listener.response
    const second = send(port, { path: `/callback?code=c2&state=${STATE}` })
    // The second one has arrived when a later request on another connection was answered.
    expect(statusOf(await send(port, { path: '/favicon.ico' }))).toBe(404)
    expect(await listener.response).toBe(arrival)
    await arrival.answer(SUCCESS)
    await arrival.answer({ kind: 'failure', message: 'too late' })
    const third = await send(port, { path: GOOD })
    for (const text of [await first, await second, third]) {
      expect(text).toContain('You are logged in')
    }
  })

  it('gets its answer with other requests pipelined behind it', async () => {
    const { listener, port } = await listening()
    const socket = await openSocket(port)
    const answer = readAll(socket)
    socket.write(requestText(port, { path: GOOD }) + requestText(port, { path: '/favicon.ico' }))
    await (await listener.response).answer(SUCCESS)
    expect(await answer).toContain('You are logged in')
  })

  it('arrives from a slow connection, byte by byte', async () => {
    const { listener, port } = await listening()
    const socket = await openSocket(port)
    const answer = readAll(socket)
    for (const part of requestText(port, { path: GOOD })) {
      await new Promise<void>((resolve) => {
        socket.write(part, () => resolve())
      })
    }
    await (await listener.response).answer(SUCCESS)
    expect(statusOf(await answer)).toBe(200)
  })

  it('may carry a code of many kilobytes', async () => {
    const { listener, port } = await listening()
    const code = 'x'.repeat(30_000)
    const answer = send(port, { path: `/callback?code=${code}&state=${STATE}` })
    const arrival = await listener.response
    expect(arrival.parameters.get('code')).toBe(code)
    await arrival.answer(SUCCESS)
    expect(statusOf(await answer)).toBe(200)
  })
})

describe('what is not the redirect is answered, and the wait goes on', () => {
  it.each([
    ['the icon of the tab', { path: '/favicon.ico' }, 404],
    ['the root', { path: '/' }, 404],
    ['a longer path', { path: `/callback/?code=x&state=${STATE}` }, 404],
    ['a path with dots', { path: `/x/../callback?code=x&state=${STATE}` }, 404],
    ['a path with two slashes', { path: `//callback?code=x&state=${STATE}` }, 404],
    ['an absolute request line', { path: `http://127.0.0.1/callback?code=x&state=${STATE}` }, 404],
    [
      'a preflight',
      { method: 'OPTIONS', path: GOOD, headers: ['Access-Control-Request-Private-Network: true'] },
      405,
    ],
    ['HEAD', { method: 'HEAD', path: GOOD }, 405],
    ['POST', { method: 'POST', path: GOOD, body: 'code=x' }, 405],
    ['a prefetch', { path: GOOD, headers: ['Sec-Purpose: prefetch'] }, 400],
    ['a prerender', { path: GOOD, headers: ['Sec-Purpose: prefetch;prerender'] }, 400],
    ['a prefetch with the older header', { path: GOOD, headers: ['Purpose: prefetch'] }, 400],
    ['no parameters', { path: '/callback' }, 400],
    ['no state', { path: '/callback?code=x' }, 400],
    ['an empty state', { path: '/callback?code=x&state=' }, 400],
    ['a wrong state', { path: '/callback?code=x&state=other' }, 400],
    ['a state in another case', { path: `/callback?code=x&state=${STATE.toUpperCase()}` }, 400],
    ['a forged error', { path: '/callback?error=access_denied&state=other' }, 400],
    ['an error without state', { path: '/callback?error=access_denied' }, 400],
    ['two states, ours first', { path: `/callback?code=x&state=${STATE}&state=other` }, 400],
    ['two states, ours last', { path: `/callback?code=x&state=other&state=${STATE}` }, 400],
    ['our state twice', { path: `/callback?code=x&state=${STATE}&state=${STATE}` }, 400],
    ['two codes', { path: `/callback?code=x&code=y&state=${STATE}` }, 400],
    ['a name rebound to loopback', { path: GOOD, host: 'evil.example:80' }, 421],
    ['the right name on another port', { path: GOOD, host: '127.0.0.1:1' }, 421],
    ['localhost where the redirect says 127.0.0.1', { path: GOOD, host: 'localhost' }, 421],
  ])('%s', async (_name, request, status) => {
    const { listener, port, strays } = await listening()
    const text = await send(port, request)
    expect(statusOf(text)).toBe(status)
    expect(text).toMatch(/\r\nConnection: close\r\n/)
    expect(text).toMatch(/\r\nCache-Control: no-store\r\n/)
    expect(strays).toHaveLength(1)
    expect(strays.join()).not.toContain(STATE)
    expect(await isPending(listener.response)).toBe(true)

    const good = send(port, { path: GOOD })
    const arrival = await listener.response
    expect(arrival.parameters.get('code')).toBe('c1')
    await arrival.answer(SUCCESS)
    expect(statusOf(await good)).toBe(200)
  })

  it('text that is no HTTP at all', async () => {
    const { listener, port } = await listening()
    const socket = await openSocket(port)
    const answer = readAll(socket)
    socket.write('\u0016\u0003\u0001 hello\r\n\r\n')
    expect(statusOf(await answer)).toBe(400)
    expect(await isPending(listener.response)).toBe(true)
  })

  it('is told without control characters', async () => {
    const { port, strays } = await listening()
    await send(port, { path: `${GOOD}&%1b[31m=1&%1b[31m=2` })
    expect(strays).toEqual(['a redirect that repeats the parameter \\u{1b}[31m'])
  })
})

describe('the query of a redirect URI', () => {
  const uri = 'http://127.0.0.1/cb?tenant=a&state=preset&code=preset'

  it('comes back with the response and is not taken for it', async () => {
    const { listener, port } = await listening({ uri })
    expect(listener.redirectUri).toBe(
      `http://127.0.0.1:${port}/cb?tenant=a&state=preset&code=preset`,
    )
    const answer = send(port, {
      path: `/cb?tenant=a&state=preset&code=preset&code=real&state=${STATE}`,
    })
    const arrival = await listener.response
    expect([...arrival.parameters]).toEqual([
      ['code', 'real'],
      ['state', STATE],
    ])
    await arrival.answer(SUCCESS)
    await answer
  })
})

describe('localhost', () => {
  it('takes the redirect on ::1 and wants that name as host', async () => {
    const { listener, port } = await listening({ uri: 'http://localhost/callback' })
    const numeric = await send(port, { path: GOOD }, '::1')
    expect(statusOf(numeric)).toBe(421)
    const answer = send(port, { path: GOOD, host: `LOCALHOST:${port}` }, '::1')
    await (await listener.response).answer(SUCCESS)
    expect(statusOf(await answer)).toBe(200)
  })

  it('is not needed for the literal ::1', async () => {
    const { listener, port } = await listening({ uri: 'http://[::1]/callback' })
    const answer = send(port, { path: GOOD, host: `[::1]:${port}` }, '::1')
    await (await listener.response).answer(SUCCESS)
    expect(statusOf(await answer)).toBe(200)
  })
})

describe('response_mode=form_post', () => {
  const form = 'Content-Type: application/x-www-form-urlencoded'
  const body = `code=c1&state=${STATE}`

  it('takes the parameters from the body only', async () => {
    const { listener, port } = await listening({ responseMode: 'form_post' })
    const answer = send(port, {
      method: 'POST',
      path: '/callback?code=query',
      headers: [`${form}; charset=UTF-8`],
      body,
    })
    const arrival = await listener.response
    expect(arrival.parameters.getAll('code')).toEqual(['c1'])
    await arrival.answer(SUCCESS)
    expect(statusOf(await answer)).toBe(200)
  })

  it.each([
    ['a redirect by GET', { path: GOOD }, 405],
    [
      'JSON',
      {
        method: 'POST',
        path: '/callback',
        headers: ['Content-Type: application/json'],
        body: '{}',
      },
      415,
    ],
    ['no type', { method: 'POST', path: '/callback', body }, 415],
    [
      'another state',
      { method: 'POST', path: '/callback', headers: [form], body: 'code=x&state=y' },
      400,
    ],
    [
      'a body beyond 64 KiB',
      {
        method: 'POST',
        path: '/callback',
        headers: [form],
        body: `${body}&x=${'y'.repeat(66_000)}`,
      },
      413,
    ],
  ])('refuses %s and waits on', async (_name, request, status) => {
    const { listener, port } = await listening({ responseMode: 'form_post' })
    expect(statusOf(await send(port, request))).toBe(status)
    expect(await isPending(listener.response)).toBe(true)
  })

  it('survives a body that breaks off', async () => {
    const { listener, port, strays } = await listening({ responseMode: 'form_post' })
    const socket = await openSocket(port)
    const whole = requestText(port, { method: 'POST', path: '/callback', headers: [form], body })
    socket.end(whole.slice(0, -5))
    await readAll(socket)
    const good = send(port, { method: 'POST', path: '/callback', headers: [form], body })
    await (await listener.response).answer(SUCCESS)
    expect(statusOf(await good)).toBe(200)
    expect(strays).toEqual(['the form did not arrive'])
  })
})

describe('the end of the listener', () => {
  it('comes at once with silent and half-spoken connections open', async () => {
    const { listener, port } = await listening()
    const silent = await openSocket(port)
    const half = await openSocket(port)
    half.write('GET /callback?co')
    const ends = Promise.all([readAll(silent), readAll(half)])
    await Promise.all([listener.close(), listener.close()])
    await ends
    expect(await reachable(port)).toBe(false)
  })

  it('lets a held browser have its page first', async () => {
    const { listener, port } = await listening()
    const answer = send(port, { path: GOOD })
    const arrival = await listener.response
    void arrival.answer(SUCCESS)
    await listener.close()
    expect(await answer).toContain('You are logged in')
  })

  it('tells a browser that is still held that the login was ended', async () => {
    const { listener, port } = await listening()
    const answer = send(port, { path: GOOD })
    await listener.response
    await listener.close()
    expect(await answer).toContain('The login was ended')
  })

  it('follows an aborted signal: its reason rejects, and the port is free', async () => {
    const { listener, port, abort } = await listening()
    const reason = new Error('time is up')
    abort(reason)
    await expect(listener.response).rejects.toBe(reason)
    await listener.close()
    expect(await reachable(port)).toBe(false)
  })

  it('does not begin for a signal that is aborted already', async () => {
    const reason = new Error('too late')
    const start = startListener({
      target: loopbackTarget(),
      state: STATE,
      responseMode: 'query',
      signal: AbortSignal.abort(reason),
      platform: process.platform,
    })
    await expect(start).rejects.toBe(reason)
  })

  it('leaves other logins alone: two listen side by side', async () => {
    const [one, two] = await Promise.all([listening(), listening({ state: 'second' })])
    expect(one.port).not.toBe(two.port)
    await one.listener.close()
    const answer = send(two.port, { path: '/callback?code=b&state=second' })
    await (await two.listener.response).answer(SUCCESS)
    expect(statusOf(await answer)).toBe(200)
  })
})
