import { describe, expect, test } from 'vitest'
import { decodeRecord, encodeRecord, type SessionRecord } from '../../src/sessions/record.ts'

const FULL: SessionRecord = {
  revision: 'r1',
  profile: 'work',
  issuer: 'https://login.example.com/',
  tokenEndpoint: 'https://login.example.com/token',
  endpoints: { revocation_endpoint: 'https://login.example.com/revoke' },
  clientId: 'cli',
  sub: 'user',
  username: 'Zoë',
  scope: 'openid api',
  requestedScope: 'openid api admin',
  refreshToken: 'refresh',
  ended: 'invalid_grant',
  idToken: 'a.b.c',
  tokens: [
    {
      selector: '',
      accessToken: 'access',
      tokenType: 'Bearer',
      scope: 'openid api',
      resource: ['https://api'],
      audience: 'api',
      expiresAt: 1_800_000_000_123,
      obtainedAt: 1_799_996_400_123,
    },
    { selector: 'scope=a', accessToken: 'b', tokenType: 'DPoP', scope: '', obtainedAt: 0 },
  ],
}
const LEAN: SessionRecord = { revision: '', profile: 'p', clientId: 'c', scope: '', tokens: [] }

test.each([
  ['with everything', FULL],
  ['with nothing optional', LEAN],
])('a record %s comes back as it was', (_, record) => {
  expect(decodeRecord(encodeRecord(record), 'work')).toStrictEqual(record)
})

test('each optional member is kept and left out by itself', () => {
  for (const name of Object.keys(FULL)) {
    const record = { ...FULL } as Record<string, unknown>
    const optional = !Object.hasOwn(LEAN, name)
    if (!optional) continue
    delete record[name]
    const same = record as unknown as SessionRecord
    expect(decodeRecord(encodeRecord(same), 'work'), name).toStrictEqual(same)
  }
})

test('the stored text has names and times as they are written elsewhere', () => {
  const text = encodeRecord(FULL)
  expect(JSON.parse(text)).toMatchObject({
    version: 1,
    client_id: 'cli',
    tokens: [{ expires_at: '2027-01-15T08:00:00.123Z' }, {}],
  })
  expect(text).not.toMatch(/[a-z][A-Z][a-z]+"\s*:/)
})

describe('what is no record', () => {
  const change = (members: object) =>
    JSON.stringify({ ...JSON.parse(encodeRecord(FULL)), ...members })
  test.each([
    '',
    'text',
    'null',
    '[]',
    '1',
    '{}',
    encodeRecord(FULL).slice(0, -10),
    change({ version: 0 }),
    change({ version: '1' }),
    change({ revision: 1 }),
    change({ profile: null }),
    change({ client_id: undefined }),
    change({ tokens: {} }),
    change({ tokens: [null] }),
    change({ tokens: [{}] }),
    change({ tokens: [{ selector: '', access_token: 1, obtained_at: '2030-01-01T00:00:00Z' }] }),
    change({ tokens: [{ selector: '', access_token: 'a', obtained_at: 'soon' }] }),
  ])('%j is damaged', (text) => {
    expect(() => decodeRecord(text, 'work')).toThrow(
      expect.objectContaining({ code: 'store_damaged', exitCode: 7 }),
    )
  })

  test('what a later release wrote is told apart from damage', () => {
    expect(() => decodeRecord('{"version":2}', 'work')).toThrow(
      expect.objectContaining({
        code: 'store_newer_version',
        exitCode: 7,
        message: expect.stringContaining('newer release'),
      }),
    )
  })

  test('no message holds a part of it', () => {
    const text = encodeRecord(FULL).replace('"tokens"', '"tokes"')
    expect(() => decodeRecord(text, 'work')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('refresh') }),
    )
  })
})

test('members that this release does not know do no harm', () => {
  const text = JSON.stringify({ ...JSON.parse(encodeRecord(LEAN)), later: { x: 1 } })
  expect(decodeRecord(text, 'p')).toStrictEqual(LEAN)
})
