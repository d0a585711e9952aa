import { expect, test } from 'vitest'
import { normaliseTokenAnswer } from '../../src/protocol/lenient.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

async function normalise(body: string, status = 200, headers: Record<string, string> = JSON_TYPE) {
  const notes: string[] = []
  const response = await normaliseTokenAnswer(new Response(body, { status, headers }), (note) =>
    notes.push(note),
  )
  return { response, notes, text: await response.text() }
}

test.each([
  [
    'what the specification has',
    '{"access_token":"a","token_type":"Bearer","expires_in":5}',
    {},
    0,
  ],
  ['expires_in as a string', '{"access_token":"a","expires_in":"5"}', {}, 2],
  [
    'expires_in that is no number',
    '{"access_token":"a","expires_in":"soon"}',
    { expires_in: undefined },
    2,
  ],
  [
    'expires_in below zero as a string',
    '{"access_token":"a","expires_in":"-1"}',
    { expires_in: undefined },
    2,
  ],
  [
    'members that are null',
    '{"access_token":"a","refresh_token":null,"scope":null,"expires_in":5}',
    {},
    3,
  ],
  ['an empty refresh token', '{"access_token":"a","refresh_token":"","expires_in":5}', {}, 2],
  [
    'a scope as a list',
    '{"access_token":"a","scope":["x","y"],"expires_in":5}',
    { scope: 'x y' },
    2,
  ],
  ['a byte order mark', '\ufeff{"access_token":"a","expires_in":5}', {}, 1],
])('%s', async (_, body, members, noteCount) => {
  const { response, notes, text } = await normalise(body)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(JSON.parse(text)).toEqual({
    access_token: 'a',
    token_type: 'Bearer',
    expires_in: 5,
    ...JSON.parse(JSON.stringify(members)),
    ...('expires_in' in members ? { expires_in: undefined } : {}),
  })
  expect(notes).toHaveLength(noteCount)
})

test.each([
  ['text/plain', '{"access_token":"a","token_type":"bearer"}'],
  ['text/html; charset=utf-8', '{"access_token":"a","token_type":"bearer"}'],
  ['application/x-www-form-urlencoded', 'access_token=a&token_type=bearer&scope=x%20y'],
  ['', 'scope=x+y&access_token=a'],
])('an answer under the type %j is read', async (type, body) => {
  const { response, text } = await normalise(body, 200, { 'content-type': type })
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(JSON.parse(text)).toMatchObject({ access_token: 'a' })
})

test.each([
  [200, '{"error":"bad_verification_code"}', 400],
  [201, '{"access_token":"a","token_type":"Bearer"}', 200],
  [400, '{"error":"invalid_grant"}', 400],
  [401, '{"error":"invalid_client"}', 401],
  [503, '{"error":"server_error"}', 503],
])('status %i with %s counts as %i', async (status, body, counted) => {
  expect((await normalise(body, status)).response.status).toBe(counted)
})

test('a challenge does not hide the reason in the body', async () => {
  const headers = { ...JSON_TYPE, 'www-authenticate': 'Basic realm="x"' }
  const { response } = await normalise('{"error":"invalid_client"}', 401, headers)
  expect(response.headers.has('www-authenticate')).toBe(false)
  const bare = await normalise('{}', 401, headers)
  expect(bare.response.headers.get('www-authenticate')).toBe('Basic realm="x"')
})

test.each(['<html>no</html>', '', '[]', 'null', '"text"', '{"access_token":', 'hello=world'])(
  '%j stays as it was',
  async (body) => {
    const { text, notes, response } = await normalise(body, 200, { 'content-type': 'text/html' })
    expect(text).toBe(body)
    expect(notes).toEqual([])
    expect(response.headers.get('content-type')).toBe('text/html')
  },
)

test('no note repeats a token', async () => {
  for (const body of [
    '{"access_token":"the-token","token_type":"bearer","expires_in":"x"}',
    'access_token=the-token&refresh_token=the-token',
  ]) {
    const { notes } = await normalise(body, 201, { 'content-type': 'text/plain' })
    expect(notes.length).toBeGreaterThan(0)
    expect(notes.join()).not.toContain('the-token')
  }
})
