import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Keeper } from '../../src/sessions/keeper.ts'
import type { SessionRecord } from '../../src/sessions/record.ts'
import { renew, type Connection } from '../../src/sessions/renew.ts'
import { installInterruption } from '../../src/signals.ts'
import { realClock as clock } from '../support/real-parts.ts'

const record: SessionRecord = {
  revision: '1',
  profile: 'work',
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'cli',
  scope: '',
  refreshToken: 'refresh-1',
  tokens: [],
}

// Between the arrival of an answer and its storing there is no place at which a real process could
// be made to stop, so the signal is raised by the answer's own body.
test('Ctrl-C after the answer has arrived waits until the new refresh token is stored', async () => {
  const done: string[] = []
  const proc = Object.assign(new EventEmitter(), {
    platform: 'linux',
    pid: 42,
    kill: (_: number, signal: string) => done.push(signal),
  })
  const interruption = installInterruption(proc as unknown as NodeJS.Process, () => undefined)
  const granted = { access_token: 'access-2', token_type: 'bearer', refresh_token: 'refresh-2' }
  const body = new ReadableStream(
    {
      async pull(controller) {
        proc.emit('SIGINT', 'SIGINT')
        await new Promise((resolve) => setTimeout(resolve, 20))
        controller.enqueue(new TextEncoder().encode(JSON.stringify(granted)))
        controller.close()
      },
    },
    // Not before somebody reads it.
    { highWaterMark: 0 },
  )
  const connection = {
    client: {
      server: {
        metadata: { issuer: record.tokenEndpoint, token_endpoint: record.tokenEndpoint },
        issuer: undefined,
      },
      client: { client_id: 'cli' },
      authentication: { method: 'none', authenticate: () => undefined },
      fetch: async () => new Response(body, { headers: { 'content-type': 'application/json' } }),
      clock,
      signal: interruption.signal,
      note: () => undefined,
    },
    idTokens: { clock, clientSecret: undefined },
  } as unknown as Connection
  const keeper = {
    id: 'work',
    journal: {
      attempts: () => 0,
      begin: () => done.push('begun'),
      settle: () => done.push('settled'),
    },
    async save(saved: SessionRecord) {
      expect(interruption.signal.aborted).toBe(false)
      done.push(`stored ${saved.refreshToken}`)
      return saved
    },
  } as unknown as Keeper

  await renew({
    keeper,
    record,
    selector: {},
    connect: async () => connection,
    shield: interruption.shield,
    loginCommand: 'oauthctl login',
  })
  expect(done.slice(0, 4)).toEqual(['begun', 'stored refresh-2', 'settled', 'SIGINT'])
})
