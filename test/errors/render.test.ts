import { expect, test } from 'vitest'
import {
  InterruptedError,
  LoginRequiredError,
  MachineFault,
  type OauthctlError,
  RefusedError,
  ServerError,
  StoreError,
  UsageError,
} from '../../src/errors/families.ts'
import { PROFILE } from '../../src/errors/hints.ts'
import { renderError } from '../../src/errors/render.ts'
import { createRedactor } from '../../src/text/redact.ts'

const mark = (text: string) => text
const render = (error: unknown, options: { verbose?: boolean; secret?: string } = {}) => {
  const redactor = createRedactor()
  redactor.learn(options.secret)
  return renderError(error, { redactor, verbose: options.verbose ?? false, mark })
}

const details = { code: 'some_code', hint: 'Do this: oauthctl login' }

test.each([
  [new MachineFault('m', details), 1],
  [new UsageError('m', details), 2],
  [new LoginRequiredError('m', details), 3],
  [new RefusedError('m', details), 4],
  [new ServerError('m', details), 5],
  [new StoreError('m', details), 7],
  [new InterruptedError(), 130],
] satisfies [OauthctlError, number][])('%s has the exit code %i', (error, exitCode) => {
  const rendered = render(error)
  expect(rendered.exitCode).toBe(exitCode)
  expect(rendered.document).toMatchObject({
    error: { code: error.code, exit_code: exitCode, retryable: false },
  })
})

test('an error is one sentence and what to do next', () => {
  const { lines } = render(new StoreError('the keychain is locked', details))
  expect(lines).toEqual(['error: the keychain is locked', '  Do this: oauthctl login'])
})

test('the parts of an OAuth error are in the document, absent ones left out', () => {
  const oauth = { error: 'access_denied', error_uri: 'https://host/why' }
  const { lines, document } = render(new RefusedError('no', { code: 'access_denied', oauth }))
  expect(JSON.parse(JSON.stringify(document))).toEqual({
    error: { code: 'access_denied', message: 'no', retryable: false, exit_code: 4, oauth },
  })
  expect(lines).toContain('  see https://host/why')
})

test('anything unforeseen is a fault of oauthctl, and says where with --verbose only', () => {
  const quiet = render(new TypeError('x is undefined'))
  expect(quiet.exitCode).toBe(1)
  expect(quiet.document).toMatchObject({ error: { code: 'internal' } })
  expect(quiet.lines.join('\n')).toContain('this is a fault of oauthctl: x is undefined')
  expect(quiet.lines.join('\n')).not.toContain('render.test')
  expect(render(new TypeError('x'), { verbose: true }).lines.join('\n')).toContain('render.test')
  expect(render('thrown text').lines[0]).toContain('thrown text')
  expect(render(undefined).exitCode).toBe(1)
})

test('neither message, hint, address nor description controls the terminal or tells a secret', () => {
  const secret = 'learnt-secret-1'
  const nasty = `a\u001b[2J\n${secret}`
  const error = new RefusedError(nasty, {
    code: 'x',
    hint: nasty,
    oauth: { error: nasty, error_description: nasty, error_uri: nasty },
  })
  const { lines, document } = render(error, { secret })
  const text = lines.join('\n')
  expect(text.split('\n')).toHaveLength(3)
  expect(text).not.toContain('\u001b')
  expect(text + JSON.stringify(document)).not.toContain(secret)
})

test('a cause is never shown, however deep', () => {
  const cause = new Error('answer', { cause: { body: { access_token: 'the-token' } } })
  for (const error of [new ServerError('m', { ...details, cause }), new Error('m', { cause })]) {
    const rendered = render(error, { verbose: true })
    expect(JSON.stringify(rendered)).not.toContain('the-token')
  }
})

test('a description of any length is cut', () => {
  const { lines } = render(new RefusedError('x'.repeat(100_000), details))
  expect(lines.join('').length).toBeLessThan(2000)
})

test('a code that the server made up is shown like any other text of it', () => {
  const code = `bad\u001b[2J learnt-secret-1 ${'x'.repeat(5000)}`
  const shown = JSON.stringify(
    render(new RefusedError('m', { code, oauth: { error: code } }), { secret: 'learnt-secret-1' }),
  )
  expect(shown).toContain('bad')
  expect(shown).not.toContain('learnt-secret-1')
  expect(JSON.parse(shown).document.error.code).not.toContain('\u001b')
  expect(shown.length).toBeLessThan(3000)
})

test('the commands of a hint name the profile, unless they need no name', () => {
  const error = new StoreError('m', {
    code: 'c',
    hint: `forget it: oauthctl logout ${PROFILE} --local.`,
  })
  const hint = (profile?: string) =>
    renderError(error, { redactor: createRedactor(), verbose: false, mark, profile }).lines[1]
  expect(hint()).toBe('  Forget it: oauthctl logout --local')
  expect(hint('work')).toBe('  Forget it: oauthctl logout work --local')
  error.profile = 'other'
  expect(hint('work')).toBe('  Forget it: oauthctl logout other --local')
})
