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
