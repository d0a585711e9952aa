import { expect, test } from 'vitest'
import { chooseProfile, unknownProfile } from '../../src/config/profile-choice.ts'
import { checkProfileName, parseProfileFile, withProfile } from '../../src/config/profile-file.ts'

const PATH = '/c/config.json'

test('a file that does not exist has no profiles', () => {
  const file = parseProfileFile(undefined, PATH)
  expect(file.defaultProfile).toBeUndefined()
  expect(Object.keys(file.profiles)).toEqual([])
})

test.each([
  ['{"profiles": {"a": 1}}', /profile "a" must be an object/],
  ['{"profiles": []}', /"profiles" must be an object/],
  ['{"profiles": {"a b": {}}}', /"a b" cannot be a profile name/],
  ['{"default_profile": 1}', /"default_profile" must be a string/],
  ['[]', /the document must be an object/],
  ['null', /the document must be an object/],
  ['', /config\.json:1:1: not JSON/],
  ['{\n  "profiles": {,}\n}', /config\.json:2:16: not JSON/],
])('%s is refused and left alone', (text, message) => {
  expect(() => parseProfileFile(text, PATH)).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      exitCode: 2,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('left as it is'),
    }),
  )
})

test('a byte order mark is no fault', () => {
  expect(parseProfileFile('\ufeff{"default_profile":"a"}', PATH).defaultProfile).toBe('a')
})

test('a change keeps what it does not know', () => {
  const text = '{"$schema":"x","profiles":{"a":{"client_id":"1","mine":[1]},"b":{}},"more":{"y":1}}'
  const file = parseProfileFile(text, PATH)
  const changed = JSON.parse(withProfile(file, 'b', { client_id: '2' })) as unknown
  expect(changed).toEqual({
    $schema: 'x',
    more: { y: 1 },
    profiles: { a: { client_id: '1', mine: [1] }, b: { client_id: '2' } },
  })
  const removed = JSON.parse(withProfile(file, 'a', undefined, 'b')) as unknown
  expect(removed).toEqual({
    default_profile: 'b',
    $schema: 'x',
    more: { y: 1 },
    profiles: { b: {} },
  })
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'a profile may be called %s',
  (name) => {
    const empty = parseProfileFile('{"profiles":{}}', PATH)
    expect(empty.profiles[name]).toBeUndefined()
    expect(chooseProfile(empty, { positional: name, env: {} }).profile).toBeUndefined()
    const written = withProfile(empty, name, { client_id: 'cli' })
    const file = parseProfileFile(written, PATH)
    expect(Object.keys(file.profiles)).toEqual([name])
    expect(file.profiles[name]).toEqual({ client_id: 'cli' })
    expect(
      Object.keys(parseProfileFile(withProfile(file, name, undefined), PATH).profiles),
    ).toEqual([])
  },
)

test.each(['work', 'a.b_c-d', '1', 'X'])('%s is a profile name', (name) => {
  expect(() => checkProfileName(name)).not.toThrow()
})

test.each(['', 'a b', 'a/b', 'a@b', 'ü', 'a\n', 'a:b'])('%j is no profile name', (name) => {
  expect(() => checkProfileName(name)).toThrow(
    expect.objectContaining({ code: 'profile_name_invalid' }),
  )
})

const file = parseProfileFile('{"default_profile":"std","profiles":{"std":{},"a":{}}}', PATH)

test.each([
  [{ positional: 'a', option: undefined, variable: 'x' }, 'a', true],
  [{ positional: undefined, option: 'a', variable: 'x' }, 'a', true],
  [{ positional: 'a', option: 'a', variable: undefined }, 'a', true],
  [{ positional: undefined, option: undefined, variable: 'a' }, 'a', true],
  [{ positional: undefined, option: undefined, variable: '' }, 'std', false],
  [{ positional: undefined, option: undefined, variable: undefined }, 'std', false],
])('%j chooses %s', ({ variable, ...wish }, name, named) => {
  const env = { OAUTHCTL_PROFILE: variable }
  expect(chooseProfile(file, { ...wish, env })).toMatchObject({ name, named })
})

test('two names are one too many', () => {
  expect(() => chooseProfile(file, { positional: 'a', option: 'b', env: {} })).toThrow(
    expect.objectContaining({ code: 'option_invalid' }),
  )
})

test('without a default profile it is called default', () => {
  expect(chooseProfile(parseProfileFile(undefined, PATH), { env: {} })).toEqual({
    name: 'default',
    profile: undefined,
    named: false,
  })
})

test('an unknown profile names the known ones', () => {
  expect(unknownProfile('b', file).hint).toContain('Known profiles: std, a')
  expect(unknownProfile('b', parseProfileFile(undefined, PATH)).hint).toContain('oauthctl login b')
})
