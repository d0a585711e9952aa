import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { installInterruption } from '../src/signals.ts'

/** A process of a platform that is not this one, of which nothing is used but what stands here. */
function processOf(platform: NodeJS.Platform) {
  const done: string[] = []
  const proc = Object.assign(new EventEmitter(), {
    platform,
    pid: 42,
    exit(code: number): never {
      done.push(`exit ${code}`)
      throw new Error('the process has ended')
    },
    kill: (pid: number, signal: string) => done.push(`kill ${pid} ${signal}`),
  })
  const interruption = installInterruption(
    proc as unknown as NodeJS.Process,
    (isInterrupted) => void done.push(isInterrupted ? 'interrupted' : 'ended'),
  )
  return { proc, done, interruption }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a process of Windows with %i, because it knows no signals', (name, code) => {
  const { proc, done, interruption } = processOf('win32')
  expect(() => proc.emit(name, name)).toThrow('the process has ended')
  expect(done).toEqual(['interrupted', `exit ${code}`])
  expect(interruption.signal.aborted).toBe(true)
})

test('elsewhere it is a death by the signal', () => {
  const { proc, done } = processOf('linux')
  proc.emit('SIGINT', 'SIGINT')
  expect(done).toEqual(['interrupted', 'kill 42 SIGINT'])
})

test('what is shielded is finished first, however often Ctrl-C is pressed', async () => {
  const { proc, done, interruption } = processOf('linux')
  const shielded = interruption.shield(async () => {
    for (let i = 0; i < 3; i += 1) proc.emit('SIGINT', 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(done).toEqual([])
    done.push('stored')
  })
  await shielded
  expect(done).toEqual(['stored', 'interrupted', 'kill 42 SIGINT'])
})

test('what is shielded does not hold the end back for longer than a moment', async () => {
  const { proc, done, interruption } = processOf('linux')
  let finish: (() => void) | undefined
  const shielded = interruption.shield(() => new Promise<void>((resolve) => (finish = resolve)))
  proc.emit('SIGINT', 'SIGINT')
  proc.emit('SIGTERM', 'SIGTERM')
  await expect.poll(() => done).toEqual(['interrupted', 'kill 42 SIGINT'])
  finish?.()
  await shielded
})
