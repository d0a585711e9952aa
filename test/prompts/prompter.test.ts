import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createPrompter } from '../../src/prompts/prompter.ts'
import { inTerminal } from './in-terminal.ts'

const CANCELLED = { code: 'interrupted', exitCode: 130, raw: false }

describe('a question at a terminal', () => {
  it('appears on stderr and takes a line', async () => {
    const terminal = inTerminal('text')
    await terminal.waitFor(/Client id\?/)
    terminal.send('my cli\r')
    expect(await terminal.outcome()).toEqual({ value: 'my cli', raw: false })
  })

  it('never shows a secret', async () => {
    const terminal = inTerminal('secret')
    await terminal.waitFor(/Client secret\?/)
    terminal.send('hunter2')
    terminal.send('\r')
    expect(await terminal.outcome()).toEqual({ value: 'hunter2', raw: false })
    expect(terminal.output()).not.toContain('hunter2')
  })

  it('can be followed by another one', async () => {
    const terminal = inTerminal('two')
    await terminal.waitFor(/First\?/)
    terminal.send('a\r')
    await terminal.waitFor(/Second\?/)
    terminal.send('b\r')
    expect(await terminal.outcome()).toEqual({ value: ['a', 'b'], raw: false })
  })
})

describe('an interruption', () => {
  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('by %s ends the question and restores the terminal', async (_name, key) => {
    const terminal = inTerminal('text')
    await terminal.waitFor(/Client id\?/)
    terminal.send(key)
    expect(await terminal.outcome()).toEqual(CANCELLED)
  })

  it('by the signal ends it too', async () => {
    expect(await inTerminal('aborted').outcome()).toEqual(CANCELLED)
  })
})

it('asks nothing where nobody can answer', async () => {
  const output = new PassThrough()
  const prompter = createPrompter({
    possible: false,
    input: new PassThrough() as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
    signal: new AbortController().signal,
  })
  for (const question of [prompter.text('a'), prompter.secret('b')]) {
    await expect(question).rejects.toMatchObject({ code: 'cannot_ask', exitCode: 2 })
  }
  expect(prompter.possible).toBe(false)
  expect(output.readableLength).toBe(0)
})
