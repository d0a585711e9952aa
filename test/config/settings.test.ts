import { describe, expect, test } from 'vitest'
import { resolveSettings, type SettingSources } from '../../src/config/resolve-settings.ts'
import {
  ENDPOINT_NAMES,
  optionName,
  SETTING_NAMES,
  SETTINGS,
  variableName,
} from '../../src/config/settings.ts'
import { flag } from '../../src/config/setting-values.ts'
import { loginLimitMs, requestLimitMs } from '../../src/config/waits.ts'

const resolve = (sources: Partial<SettingSources>) =>
  resolveSettings({ options: {}, env: {}, profile: undefined, profileName: 'work', ...sources })

test('one name has three spellings', () => {
  expect(optionName('client_id')).toBe('--client-id')
  expect(variableName('client_id')).toBe('OAUTHCTL_CLIENT_ID')
  for (const name of SETTING_NAMES) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
})

test('endpoints are what credentials go to', () => {
  expect(ENDPOINT_NAMES).toContain('issuer')
  for (const name of SETTING_NAMES.filter((one) => /_endpoint$|_uri$/.test(one))) {
    const isAddress = name !== 'redirect_uri'
    expect(ENDPOINT_NAMES.includes(name), name).toBe(isAddress)
  }
})

test('what belongs to one run only is never saved and in no profile', () => {
  for (const name of ['prompt', 'max_age', 'login_hint', 'allow_http'] as const) {
    expect(SETTINGS[name], name).toMatchObject({ profile: false })
    expect(SETTINGS[name], name).not.toHaveProperty('saved')
  }
  for (const name of ['timeout', 'login_timeout', 'min_ttl'] as const) {
    expect(SETTINGS[name], name).not.toHaveProperty('saved')
  }
})

describe('option, variable, profile, in this order', () => {
  const all = {
    options: { scope: 'from option' },
    env: { OAUTHCTL_SCOPE: 'from variable' },
    profile: { scope: 'from profile' },
  }
  test.each([
    [all, 'from option', 'option'],
    [{ ...all, options: {} }, 'from variable', 'variable'],
    [{ profile: all.profile }, 'from profile', 'profile'],
    [{ env: { OAUTHCTL_SCOPE: '' }, profile: all.profile }, 'from profile', 'profile'],
    [{ options: { scope: '' }, profile: all.profile }, '', 'option'],
    [{}, undefined, undefined],
  ])('%j', (sources, value, origin) => {
    const found = resolve(sources)
    expect(found.values.scope).toBe(value)
    expect(found.origins.scope).toBe(origin)
  })

  test('the profile alone stays visible beside what overrides it', () => {
    expect(resolve(all).profile.scope).toBe('from profile')
  })

  test('a setting of one run does not count in a profile', () => {
    expect(resolve({ profile: { prompt: 'login', allow_http: true } }).values).toEqual({})
  })
})

describe('the client secret of the environment', () => {
  const env = { OAUTHCTL_CLIENT_SECRET: 's' }
  test.each([
    ['alone', env, undefined, 's'],
    ['with a profile that names none', env, { client_id: 'a' }, 's'],
    ['with a profile that names its own', env, { client_secret: 'env:X' }, 'env:X'],
    [
      'with a client of its own',
      { ...env, OAUTHCTL_CLIENT_ID: 'b' },
      { client_secret: 'env:X' },
      's',
    ],
  ])('%s', (_, variables, profile, expected) => {
    expect(resolve({ env: variables, profile }).values.client_secret).toBe(expected)
  })
})

test.each([
  ['RESOURCE', 'https://a  https://b', { resource: ['https://a', 'https://b'] }],
  ['ALLOW_HOST', ' https://a ', { allow_host: ['https://a'] }],
  ['AUTHORIZATION_PARAM', 'a=1&b=x%20y', { authorization_param: { a: '1', b: 'x y' } }],
  ['TIMEOUT', '5', { timeout: 5 }],
  ['TIMEOUT', '0.5', { timeout: 0.5 }],
  ['ALLOW_HTTP', 'TRUE', { allow_http: true }],
  ['ALLOW_HTTP', '0', { allow_http: false }],
])('OAUTHCTL_%s=%s', (name, text, values) => {
  expect(resolve({ env: { [`OAUTHCTL_${name}`]: text } }).values).toEqual(values)
})

test('repeated options become lists and pairs', () => {
  const options = { resource: ['https://a', 'https://b'], authorization_param: ['a=1=2', 'b='] }
  expect(resolve({ options }).values).toEqual({
    resource: ['https://a', 'https://b'],
    authorization_param: { a: '1=2', b: '' },
  })
})

test.each([
  [{ options: { timeout: 'soon' } }, '--timeout'],
  [{ options: { timeout: '-1' } }, '--timeout'],
  [{ options: { timeout: '' } }, '--timeout'],
  [{ options: { timeout: '1e99' } }, '--timeout'],
  // What a timer cannot wait.
  [{ options: { timeout: '2147484' } }, '--timeout'],
  [{ options: { login_timeout: '3000000' } }, '--login-timeout'],
  [{ profile: { login_timeout: 3_000_000 } }, 'work.login_timeout'],
  [{ options: { authorization_param: ['novalue'] } }, '--authorization-param'],
  [{ options: { authorization_param: ['=x'] } }, '--authorization-param'],
  [{ env: { OAUTHCTL_TIMEOUT: 'soon' } }, 'OAUTHCTL_TIMEOUT'],
  [{ env: { OAUTHCTL_ALLOW_HTTP: 'yes' } }, 'OAUTHCTL_ALLOW_HTTP'],
  [{ profile: { timeout: '5' } }, 'work.timeout'],
  [{ profile: { scope: 5 } }, 'work.scope'],
  [{ profile: { resource: [1] } }, 'work.resource'],
  [{ profile: { authorization_param: { a: 1 } } }, 'work.authorization_param'],
  [{ profile: { authorization_param: ['a'] } }, 'work.authorization_param'],
])('%j is refused under the name that was written', (sources, spelling) => {
  expect(() => resolve(sources)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(spelling) }),
  )
})

test.each([
  ['1', true],
  ['true', true],
  ['True', true],
  ['0', false],
  ['false', false],
  ['', false],
])('the boolean %j is %s', (text, value) => {
  expect(flag(text, 'X')).toBe(value)
})

test('only what a timer waits for ends at what a timer can take', () => {
  const options = { login_timeout: '2147483', max_age: '3000000', min_ttl: '3000000' }
  expect(resolve({ options }).values).toEqual({
    login_timeout: 2_147_483,
    max_age: 3_000_000,
    min_ttl: 3_000_000,
  })
})

test('waits are whole milliseconds', () => {
  for (const seconds of [8.2, 0.0015, 1.005, 2_147_483]) {
    expect(Number.isInteger(requestLimitMs({ timeout: seconds }))).toBe(true)
    expect(Number.isInteger(loginLimitMs({ login_timeout: seconds }))).toBe(true)
  }
  expect([requestLimitMs({}), loginLimitMs({})]).toEqual([30_000, 300_000])
  expect(requestLimitMs({ timeout: 8.2 })).toBe(8200)
})

describe('an address with a user name and a password in it', () => {
  const addresses = [...ENDPOINT_NAMES, 'proxy' as const].flatMap((name) =>
    [
      'https://user:hunter2@host.example/x',
      'HTTP://hunter2@host.example',
      'https:user:hunter2@host.example',
      'https:\\\\user:hunter2@host.example',
      'user:hunter2@host.example:3128',
      'https://user:hunter2/x@host.example',
    ].map((address) => [name, address] as const),
  )
  test.each(addresses)('is refused as %s: %s', (name, address) => {
    for (const sources of [
      { options: { [name]: address } },
      { env: { [variableName(name)]: address } },
      { profile: { [name]: address } },
    ]) {
      const read = () => resolve(sources)
      expect(read).toThrow(expect.objectContaining({ code: 'literal_secret', exitCode: 2 }))
      expect(read).not.toThrow('hunter2')
    }
  })

  test('is not one with an @ elsewhere', () => {
    const issuer = 'https://login.example.com/@team?x=a@b'
    expect(resolve({ options: { issuer } }).values).toEqual({ issuer })
    expect(resolve({ options: { proxy: 'proxy.example.com:3128' } }).values).toEqual({
      proxy: 'proxy.example.com:3128',
    })
  })
})

test('a literal secret in the profile is refused whatever overrides it', () => {
  for (const name of SETTING_NAMES.filter((one) => SETTINGS[one].kind === 'secret')) {
    const profile = { [name]: 'hunter2hunter2' }
    for (const sources of [
      { profile },
      { profile, options: { [name]: 'env:OTHER' } },
      { profile, env: { [variableName(name)]: 'env:OTHER', OAUTHCTL_CLIENT_ID: 'other' } },
    ]) {
      expect(() => resolve(sources), name).toThrow(
        expect.objectContaining({
          code: 'literal_secret',
          message: expect.stringContaining(`work.${name}`),
        }),
      )
    }
  }
})

test('a hint is spelt as the value was given', () => {
  const hint = (sources: Parameters<typeof resolve>[0]) => {
    try {
      resolve(sources)
    } catch (error) {
      return (error as { hint: string }).hint
    }
    return ''
  }
  expect(hint({ options: { min_ttl: 'x' } })).toContain('--min-ttl 60')
  expect(hint({ env: { OAUTHCTL_MIN_TTL: 'x' } })).toContain('OAUTHCTL_MIN_TTL=60')
})

test.each(['timeout', 'login_timeout'] as const)('a %s of nothing is refused', (name) => {
  expect(() => resolve({ options: { [name]: '0' } })).toThrow(
    expect.objectContaining({ code: 'option_invalid', exitCode: 2 }),
  )
})
