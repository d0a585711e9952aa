import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createProcessTable } from '../../src/lock/process-table.ts'
import { type BundledChild, bundleChild } from '../support/bundle-child.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let child: BundledChild

beforeAll(async () => {
  child = await bundleChild(new URL('lock-child.ts', import.meta.url))
})
afterAll(() => child.remove())

function start(folder: string, counter: string, job: 'add' | 'hold'): ChildProcess {
  const started = spawn(process.execPath, [child.path, folder, counter, job], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void started.kill('SIGKILL'))
  return started
}

async function startHolder(folder: string, counter: string): Promise<ChildProcess> {
  const holder = start(folder, counter, 'hold')
  if (holder.stdout !== null) await once(holder.stdout, 'data')
  return holder
}

async function startAll(folder: string, counter: string, count: number): Promise<unknown[]> {
  const adders = Array.from({ length: count }, () => start(folder, counter, 'add'))
  return Promise.all(adders.map(async (adder) => (await once(adder, 'exit'))[0]))
}

test('twenty processes, one of them killed while it holds the lock, lose no update', async () => {
  const folder = temporaryFolder()
  const counter = join(folder, 'counter')
  const locks = join(folder, 'locks')
  writeFileSync(counter, '0')
  const holder = await startHolder(locks, counter)
  const others = startAll(locks, counter, 19)
  setTimeout(() => holder.kill('SIGKILL'), 300)
  expect(await others).toEqual(Array.from({ length: 19 }, () => 0))
  expect(readFileSync(counter, 'utf8')).toBe('19')
  expect(readdirSync(locks)).toEqual([])
})

test('many processes take over a stale lock at the same time, again and again', async () => {
  const folder = temporaryFolder()
  const counter = join(folder, 'counter')
  const locks = join(folder, 'locks')
  writeFileSync(counter, '0')
  for (let round = 1; round <= 3; round += 1) {
    const holder = await startHolder(locks, counter)
    const gone = once(holder, 'exit')
    holder.kill('SIGKILL')
    await gone
    await startAll(locks, counter, 10)
    expect(readFileSync(counter, 'utf8')).toBe(String(round * 10))
  }
  expect(readdirSync(locks)).toEqual([])
})

test('the process table knows live and dead processes', async () => {
  const processes = createProcessTable()
  const own = processes.inspect(process.pid)
  expect(own).toEqual({ alive: true, start: processes.start })
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  expect(processes.inspect(other.pid ?? 0).alive).toBe(true)
  const gone = once(other, 'exit')
  other.kill('SIGKILL')
  await gone
  expect(processes.inspect(other.pid ?? 0)).toEqual({ alive: false })
})
