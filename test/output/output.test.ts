import { expect, test } from 'vitest'
import { createOutput, type OutputOptions } from '../../src/output/output.ts'
import { createRedactor } from '../../src/text/redact.ts'

function record(options: Partial<OutputOptions> = {}) {
  const written = { stdout: '', stderr: '' }
  const plain = (_: unknown, text: string) => text
  const output = createOutput({
    stdout: (text) => void (written.stdout += text),
    stderr: (text) => void (written.stderr += text),
    json: false,
    quiet: false,
    verbosity: 0,
    width: 80,
    outStyle: plain,
    errStyle: plain,
    redactor: createRedactor(),
    ...options,
  })
  return { output, written }
}

test('only the result goes to stdout', () => {
  const { output, written } = record({ verbosity: 1 })
  output.note('note')
  output.warn('odd\u001b')
  output.detail('detail')
  output.authorizationUrl('https://host/')
  output.problem(['error: a', '  b'], {})
  expect(written.stdout).toBe('')
  expect(written.stderr).toBe('note\nwarning: odd\\u{1b}\n* detail\nhttps://host/\nerror: a\n  b\n')
  output.result('result')
  expect(written.stdout).toBe('result\n')
})

test('with --json, stderr is JSON Lines and stdout one document', () => {
  const { output, written } = record({ json: true, verbosity: 1 })
  output.note('not shown')
  output.warn('odd')
  output.authorizationUrl('https://host/')
  output.problem(['not shown'], { error: { code: 'x', message: 'bidi \u202e' } })
  output.document({ a: [1] })
  const lines = written.stderr.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { warning: 'odd' },
    { authorization_url: 'https://host/' },
    { error: { code: 'x', message: 'bidi \u202e' } },
  ])
  expect(written.stderr).not.toContain('\u202e')
  expect(JSON.parse(written.stdout)).toEqual({ a: [1] })
})

test('--quiet takes notes away, not warnings, addresses and errors', () => {
  const { output, written } = record({ quiet: true })
  output.note('note')
  output.detail('detail')
  output.warn('odd')
  output.authorizationUrl('https://host/')
  expect(written.stderr).toBe('warning: odd\nhttps://host/\n')
})

test('a secret does not stay where a long text is cut', () => {
  const redactor = createRedactor()
  redactor.learn('opaque-0123456789')
  const { output, written } = record({ redactor, verbosity: 1 })
  for (const tell of [output.warn, output.detail]) tell(`${'x'.repeat(1990)}opaque-0123456789`)
  expect(written.stderr).toContain('xxx')
  expect(written.stderr).not.toContain('opaque')
})
