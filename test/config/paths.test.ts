import { expect, test } from 'vitest'
import { findPaths, storedName } from '../../src/config/paths.ts'

const find = (env: Record<string, string>, more: { platform?: 'darwin'; config?: string } = {}) =>
  findPaths({ env, platform: 'linux', cwd: '/here', ...more })

test.each([
  ['HOME', { HOME: '/h' }, '/h/.config/oauthctl/config.json', '/h/.local/state/oauthctl'],
  [
    'XDG variables',
    { HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' },
    '/c/oauthctl/config.json',
    '/s/oauthctl',
  ],
  [
    'relative XDG variables, which do not count',
    { HOME: '/h', XDG_CONFIG_HOME: 'c', XDG_STATE_HOME: './s' },
    '/h/.config/oauthctl/config.json',
    '/h/.local/state/oauthctl',
  ],
  [
    'OAUTHCTL_STATE_DIR, from the working directory',
    { HOME: '/h', OAUTHCTL_STATE_DIR: 'state' },
    '/h/.config/oauthctl/config.json',
    '/here/state',
  ],
  ['no HOME', {}, undefined, undefined],
  ['a relative HOME', { HOME: 'h' }, undefined, undefined],
  ['an empty HOME', { HOME: '' }, undefined, undefined],
])('%s', (_, env, configFile, stateFolder) => {
  expect(find(env)).toEqual({ configFile, stateFolder, isDefaultConfig: true })
})

test('macOS has folders of its own, and XDG variables win there too', () => {
  const library = '/h/Library/Application Support/oauthctl'
  expect(find({ HOME: '/h' }, { platform: 'darwin' })).toMatchObject({
    configFile: `${library}/config.json`,
    stateFolder: library,
  })
  const env = { HOME: '/h', XDG_CONFIG_HOME: '/c' }
  expect(find(env, { platform: 'darwin' }).configFile).toBe('/c/oauthctl/config.json')
})

test('Windows has its two folders', () => {
  const env = { APPDATA: '/roaming', LOCALAPPDATA: '/local', HOME: '/h' }
  expect(findPaths({ env, platform: 'win32', cwd: '/' })).toMatchObject({
    configFile: '/roaming/oauthctl/config.json',
    stateFolder: '/local/oauthctl',
  })
  expect(findPaths({ env: {}, platform: 'win32', cwd: '/' }).configFile).toBeUndefined()
})

test('a named file is found from the working directory and is another one', () => {
  const named = find({ HOME: '/h' }, { config: 'own.json' })
  expect(named).toMatchObject({ configFile: '/here/own.json', isDefaultConfig: false })
  const same = find({ HOME: '/h' }, { config: '/h/.config/oauthctl/../oauthctl/config.json' })
  expect(same.isDefaultConfig).toBe(true)
})

test('two profile files never share a stored name', () => {
  const standard = find({ HOME: '/h' })
  expect(storedName('work', standard)).toBe('work')
  expect(storedName('work', find({}))).toBe('work')
  const [one, two] = ['a.json', 'b.json'].map((config) =>
    storedName('work', find({ HOME: '/h' }, { config })),
  )
  expect(one).toMatch(/^work@[0-9a-f]{12}$/)
  expect(one).not.toBe(two)
  expect(storedName('work', find({ HOME: '/other' }, { config: 'a.json' }))).toBe(one)
})
