// A program that adds one to the number in a file, under a lock, without any other care.
// node lock-child.mjs FOLDER COUNTER add|hold|cross
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocks } from '../../src/lock/locks.ts'
import { createProcessTable } from '../../src/lock/process-table.ts'
import { realClock, realRandom } from '../support/real-parts.ts'

const [folder = '', counter = '', job = 'add'] = process.argv.slice(2)
const locks = createLocks({
  folder,
  clock: realClock,
  random: realRandom,
  processes: createProcessTable(),
})

const release = await locks.acquire('work')
if (job === 'hold') {
  process.stdout.write('held\n')
  await sleep(600_000)
}
const before = Number(readFileSync(counter, 'utf8'))
await sleep(5)
writeFileSync(counter, String(before + 1))
release()
