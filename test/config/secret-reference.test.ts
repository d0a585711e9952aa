import { expect, test } from 'vitest'
import { isLasting, parseSecretReference } from '../../src/config/secret-reference.ts'
import { lookUpSecret, type SecretSources } from '../../src/config/secret-value.ts'

test.each([
  ['env:MY_SECRET', { kind: 'env', name: 'MY_SECRET' }, true],
  ['file:/a b/c', { kind: 'file', path: '/a b/c' }, true],
  ['file:C:\\secret', { kind: 'file', path: 'C:\\secret' }, true],
  ['keychain:work', { kind: 'keychain', name: 'work' }, true],
  ['cmd:pass show a:b\n| head', { kind: 'cmd', command: 'pass show a:b\n| head' }, true],
  ['-', { kind: 'stdin' }, false],
  ['prompt', { kind: 'prompt' }, false],
])('%j names a place', (text, reference, lasting) => {
  expect(parseSecretReference(text, '--client-secret')).toEqual(reference)
  expect(isLasting(parseSecretReference(text, 'x'))).toBe(lasting)
})

test.each(['hunter2', 'env:', 'ENV:X', 'http://secret', '', ' -', 'prompt '])(
  '%j is taken for a literal secret and not repeated',
  (text) => {
    let thrown: unknown
    try {
      parseSecretReference(text, '--client-secret')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'literal_secret', exitCode: 2 })
    if (text.trim().length > 4) expect(JSON.stringify(thrown) + String(thrown)).not.toContain(text)
  },
)

test('the line to write is spelt as the setting was', () => {
  const hint = (spelling: string) => {
    try {
      parseSecretReference('literal', spelling)
    } catch (error) {
      return (error as { hint: string }).hint
    }
    return ''
  }
  expect(hint('--client-secret')).toContain('--client-secret env:MY_SECRET')
  expect(hint('"client_secret"')).toContain('"client_secret": "env:MY_SECRET"')
  expect(hint('work.client_secret')).toContain('"client_secret": "env:MY_SECRET"')
  expect(hint('client_secret')).toContain('client_secret=env:MY_SECRET')
  expect(hint('OAUTHCTL_CLIENT_KEY')).toContain('OAUTHCTL_CLIENT_KEY=env:MY_SECRET')
})

function sources(answers: Partial<SecretSources>): SecretSources {
  const unexpected = () => {
    throw new Error('not expected')
  }
  return {
    env: {},
    platform: 'linux',
    readStdin: unexpected,
    prompt: unexpected,
    runShell: unexpected,
    readStored: unexpected,
    warn: unexpected,
    ...answers,
  }
}

test.each([
  [{ kind: 'env', name: 'X' } as const, { env: { X: 'value\n' } }],
  [{ kind: 'stdin' } as const, { readStdin: async () => 'value\r\n' }],
  [{ kind: 'prompt' } as const, { prompt: async () => 'value' }],
  [{ kind: 'cmd', command: 'c' } as const, { runShell: async () => 'value\n' }],
  [{ kind: 'keychain', name: 'n' } as const, { readStored: async () => 'value' }],
])('%j gives its value without one line break at the end', async (reference, answers) => {
  expect(await lookUpSecret(reference, 'client secret', sources(answers))).toBe('value')
})

test('spaces and inner line breaks belong to the secret', async () => {
  const answers = { env: { X: ' a\nb \n\n' } }
  expect(await lookUpSecret({ kind: 'env', name: 'X' }, 'secret', sources(answers))).toBe(
    ' a\nb \n',
  )
})

test.each([
  [{ kind: 'env', name: 'X' } as const, {}, /not at the variable X/],
  [{ kind: 'env', name: 'X' } as const, { env: { X: '\n' } }, /empty at the variable X/],
  [
    { kind: 'keychain', name: 'n' } as const,
    { readStored: async () => undefined },
    /not at keychain:n/,
  ],
  [{ kind: 'file', path: '/nonexistent/x' } as const, {}, /\/nonexistent\/x .*ENOENT/],
])('%j without a value names the place', async (reference, answers, message) => {
  await expect(lookUpSecret(reference, 'client secret', sources(answers))).rejects.toMatchObject({
    code: 'secret_missing',
    message: expect.stringMatching(message),
  })
})

test('a secret that is not stored is stored by the command of the hint', async () => {
  const lookUp = lookUpSecret(
    { kind: 'keychain', name: 'github' },
    'client secret',
    sources({ readStored: async () => undefined }),
  )
  await expect(lookUp).rejects.toMatchObject({ hint: 'Store it: oauthctl secret set github' })
})
