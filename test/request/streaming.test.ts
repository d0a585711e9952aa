import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, listen } from '../support/listen.ts'
import { programPath } from '../support/project.ts'
import { createWorld, type World } from '../support/world.ts'
import { writeSession } from '../support/written-session.ts'

const MIB = 1024 * 1024
const SIZE = 300 * MIB

let world: World
let server: Server
let url: string
let args: string[]
const seen: Record<string, number> = {}
let handled: (() => void) | undefined

/** Writes `count` pieces of a MiB, as fast as they are taken. */
async function flood(response: ServerResponse, count: number): Promise<void> {
  const piece = Buffer.alloc(MIB, 'x')
  response.setMaxListeners(0)
  for (let index = 0; index < count && !response.destroyed; index += 1) {
    if (!response.write(piece))
      await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.end()
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? ''
  if (path === '/up') {
    let size = 0
    for await (const piece of request as AsyncIterable<Buffer>) size += piece.length
    seen['up'] = size
    seen['length'] = Number(request.headers['content-length'])
    response.end(String(size))
  } else if (path === '/down') {
    request.resume()
    await flood(response, SIZE / MIB)
  } else if (path === '/early') {
    response.writeHead(413).end('too much')
  } else if (path === '/endless') {
    response.write('begun\n')
    handled?.()
  } else if (path === '/slow') {
    for (const word of ['a', 'b', 'c', 'd', 'e', 'f']) {
      response.write(word)
      await sleep(300)
    }
    response.end()
  }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  const port = await listen(server)
  url = `http://127.0.0.1:${port}`
  world = createWorld()
  await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
  args = ['--allow-host', `127.0.0.1:${port}`]
})

afterAll(async () => {
  await world.close()
  await close(server)
})

/** The most memory that a process has had so far, in bytes. */
function peak(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1]) * 1024
}

async function peakWhile(pid: number, exited: Promise<unknown>): Promise<number> {
  let highest = 0
  const state = { running: true }
  void exited.finally(() => (state.running = false)).catch(() => undefined)
  while (state.running) {
    try {
      const now = peak(pid)
      // A process that has just ended has no memory to tell.
      if (now > highest) highest = now
    } catch {
      break
    }
    await sleep(20)
  }
  return highest
}

describe.runIf(process.platform === 'linux')(
  'a body of 300 MiB needs no memory of that size',
  () => {
    test('from a file to the server', async () => {
      const file = join(world.home, 'large')
      writeFileSync(file, '')
      truncateSync(file, SIZE)
      const running = world.start(['request', `${url}/up`, ...args, '-d', `@${file}`])
      const memory = await peakWhile(running.pid, running.exited)
      expect(await running.exited).toMatchObject({ code: 0, stdout: String(SIZE), stderr: '' })
      expect(seen).toMatchObject({ up: SIZE, length: SIZE })
      expect(memory).toBeGreaterThan(20 * MIB)
      expect(memory).toBeLessThan(220 * MIB)
    })

    test('from the server to a pipe', async () => {
      const pidFile = join(world.home, 'pid')
      const wrapped = `echo $$ > ${pidFile}; exec "$0" "$@"`
      const line = `sh -c '${wrapped}' "$0" "$@" | wc -c`
      const program = [process.execPath, programPath, 'request', `${url}/down`, ...args]
      const running = world.start(['-c', line, ...program], { command: ['sh'] })
      let memory = 0
      const watch = setInterval(() => {
        try {
          const now = peak(Number(readFileSync(pidFile, 'utf8')))
          // The file may be there before the number in it is.
          if (now > memory) memory = now
        } catch {
          // Not yet, or not any more.
        }
      }, 20)
      const result = await running.exited
      clearInterval(watch)
      expect(result).toMatchObject({ code: 0, stdout: `${SIZE}\n`, stderr: '' })
      expect(memory).toBeGreaterThan(20 * MIB)
      expect(memory).toBeLessThan(220 * MIB)
    })
  },
)

describe('standard input', () => {
  test('streams with no length told, and waiting for it is no time-out', async () => {
    const running = world.start(['request', `${url}/up`, ...args, '-d', '@-', '--timeout', '1'])
    running.write('one')
    await sleep(1500)
    running.write('two')
    running.endInput()
    expect(await running.exited).toMatchObject({ code: 0, stdout: '6', stderr: '' })
    expect(seen['length']).toBeNaN()
  })

  test('that never ends does not hold up an answer that came early', async () => {
    const running = world.start(['request', `${url}/early`, ...args, '-d', '@-'])
    running.write('one')
    expect(await running.exited).toMatchObject({ code: 0, stdout: 'too much' })
  })
})

describe('an answer', () => {
  test('may take longer than --timeout while it moves', async () => {
    const result = await world.run(['request', `${url}/slow`, ...args, '--timeout', '1'])
    expect(result).toMatchObject({ code: 0, stdout: 'abcdef', stderr: '' })
  })

  test('that stops moving is a time-out', async () => {
    const result = await world.run(['request', `${url}/endless`, ...args, '--timeout', '1'])
    expect(result).toMatchObject({ code: 5, stdout: 'begun\n' })
    expect(result.stderr).toContain('--timeout')
  })

  test('whose reader goes away ends the transfer without a word', async () => {
    const running = world.start(['request', `${url}/down`, ...args])
    await running.waitForStdout(/x/)
    running.closeStdout()
    expect(await running.exited).toMatchObject({ code: 0, stderr: '' })
  })

  test('cut by a signal leaves no file behind', async () => {
    const folder = join(world.root, 'cut')
    const file = join(folder, 'answer')
    mkdirSync(folder)
    const begun = new Promise<void>((resolve) => (handled = resolve))
    const running = world.start(['request', `${url}/endless`, ...args, '-o', file])
    await begun
    await expect.poll(() => readdirSync(folder)).toHaveLength(1)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ code: null, signal: 'SIGINT' })
    expect(readdirSync(folder)).toEqual([])
  })
})
