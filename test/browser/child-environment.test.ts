import { expect, it } from 'vitest'
import { withoutSecrets } from '../../src/browser/child-environment.ts'

it('keeps the secrets of oauthctl from its children, and nothing else', () => {
  const secret = [
    'OAUTHCTL_CLIENT_SECRET',
    'OAUTHCTL_STORE_KEY',
    'OAUTHCTL_CLIENT_KEY',
    'OAUTHCTL_CLIENT_KEY_PASSPHRASE',
    'OAUTHCTL_CLIENT_ASSERTION',
    'OAUTHCTL_REFRESH_TOKEN',
    'OAUTHCTL_TOKEN',
    'oauthctl_client_secret',
  ]
  const kept = {
    PATH: '/bin',
    DISPLAY: ':0',
    OAUTHCTL_CLIENT_ID: 'cli',
    OAUTHCTL_STORE_KEY_FILE: '/k',
    OAUTHCTL_PROFILE: 'work',
    MY_SECRET: 'theirs',
  }
  const env = { ...kept, ...Object.fromEntries(secret.map((name) => [name, 'x'])) }
  expect(withoutSecrets(env)).toEqual(kept)
  expect(Object.keys(env)).toHaveLength(14)
})
