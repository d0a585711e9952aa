import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inTerminal, type InTerminal } from './in-terminal.ts'

const REDIRECT = 'http://127.0.0.1:4711/callback'
const STATE = 'sTaTe-0123456789'
const ADDRESS = `${REDIRECT}?code=top-secret-code&state=${STATE}`
const CODE_LENGTH = 'top-secret-code'.length

async function reading(...more: string[]): Promise<InTerminal> {
  const terminal = inTerminal('paste', REDIRECT, STATE, ...more)
  await terminal.waitFor(/ready/)
  return terminal
}

describe('an address pasted into a terminal', () => {
  it('is read without being shown', async () => {
    const terminal = await reading()
    terminal.send(`${ADDRESS}\r`)
    expect(await terminal.outcome()).toEqual({ value: CODE_LENGTH, raw: false })
    expect(terminal.output()).not.toContain('top-secret')
  })

  it('arrives whole beyond the 4095 characters of a terminal line', async () => {
    const terminal = await reading()
    terminal.send(`${REDIRECT}?code=${'x'.repeat(12_000)}&state=${STATE}\r`)
    expect(await terminal.outcome()).toEqual({ value: 12_000, raw: false })
  })

  it('may come in lines, the last of which Enter ends', async () => {
    const terminal = await reading()
    terminal.send(`${REDIRECT}?state=${STATE}&code=top-se\r\n   cret-co\r\n   de`)
    // Long enough for the reader to look at the lines that it has, which read like a whole answer.
    await sleep(400)
    terminal.send('\r')
    expect(await terminal.outcome()).toEqual({ value: CODE_LENGTH, raw: false })
  })

  it('may come between the marks of a bracketed paste', async () => {
    const terminal = await reading()
    terminal.send(`\u001b[200~${ADDRESS}\u001b[201~\r`)
    expect(await terminal.outcome()).toEqual({ value: CODE_LENGTH, raw: false })
  })

  it('may be corrected', async () => {
    const terminal = await reading()
    terminal.send(`garbage\u0015${ADDRESS}xy\u007f\b\r`)
    expect(await terminal.outcome()).toEqual({ value: CODE_LENGTH, raw: false })
  })

  it('may come after one that was of no use, which is explained', async () => {
    const terminal = await reading()
    terminal.send('top-secret-code\r')
    await terminal.waitFor(/whole address/)
    terminal.send(`${REDIRECT}?code=top-secret-code&state=other\r`)
    await terminal.waitFor(/another login/)
    terminal.send(`${REDIRECT}?code=top\r`)
    await terminal.waitFor(/a part of it/)
    terminal.send('\r')
    terminal.send(`${ADDRESS}\r`)
    expect(await terminal.outcome()).toEqual({ value: CODE_LENGTH, raw: false })
    expect(terminal.output()).not.toContain('top-secret')
  })
})

describe('the end of reading', () => {
  it('is Ctrl-C, which the caller hears of', async () => {
    const terminal = await reading()
    terminal.send('half an addr\u0003')
    expect(await terminal.outcome()).toEqual({ message: 'Error: interrupted', raw: false })
  })

  it('is Ctrl-D', async () => {
    const terminal = await reading()
    terminal.send('\u0004')
    expect(await terminal.outcome()).toEqual({ value: 'ended', raw: false })
  })

  it('is an aborted signal, as when the listener was first', async () => {
    const terminal = await reading('abort')
    expect(await terminal.outcome()).toEqual({ message: 'Error: time is up', raw: false })
  })
})
