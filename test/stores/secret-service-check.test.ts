import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { countReplies, encodeCall } from '../../src/stores/dbus-message.ts'
import { secretServiceAnswers } from '../../src/stores/secret-service-check.ts'
import { realClock } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// Buses that dbus-daemon cannot be made into; the real one is in keychain.test.ts.
async function startBus(path: string, answer: (socket: Socket) => void): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    answer(socket)
  })
  server.listen(path)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
}

const check = (address: string | undefined) =>
  secretServiceAnswers({ address, limit: 200, clock: realClock, signal: undefined })

test.each([
  undefined,
  '',
  'tcp:host=localhost,port=1',
  'unix:path=/nonexistent/bus',
  'unix:path=%zz',
])('nothing can be learnt from %j, so the binding is to tell', async (address) => {
  expect(await check(address)).toBe(true)
})

test('a bus that accepts and says nothing does not answer', async () => {
  const path = join(temporaryFolder(), 'bus')
  await startBus(path, () => {})
  expect(await check(`unix:path=${path}`)).toBe(false)
})

test.each([
  ['refuses the user', (socket: Socket) => socket.write('REJECTED EXTERNAL\r\n')],
  ['closes', (socket: Socket) => socket.end()],
])('a bus that %s leaves it to the binding', async (_, answer) => {
  const path = join(temporaryFolder(), 'bus')
  await startBus(path, answer)
  expect(await check(`unix:path=${path}`)).toBe(true)
})

test.runIf(process.platform === 'linux')(
  'an abstract socket, with other keys before it',
  async () => {
    const name = `/oauthctl test ${process.pid}`
    await startBus(`\0${name}`, () => {})
    const escaped = encodeURIComponent(name)
    expect(await check(`tcp:host=x;unix:guid=1,abstract=${escaped},x=y`)).toBe(false)
  },
)

test('an abort ends the wait with its reason', async () => {
  const path = join(temporaryFolder(), 'bus')
  await startBus(path, () => {})
  const stop = new AbortController()
  const waiting = secretServiceAnswers({
    address: `unix:path=${path}`,
    limit: 600_000,
    clock: realClock,
    signal: stop.signal,
  })
  stop.abort(new Error('stopped by the test'))
  await expect(waiting).rejects.toThrow('stopped by the test')
})

test('whole replies are counted, calls, signals and parts are not', () => {
  const call = encodeCall({
    serial: 1,
    destination: 'a.b',
    path: '/a',
    interface: 'a.b',
    member: 'C',
  })
  expect(call.length % 8).toBe(0)
  const [asReturn, asError, asSignal] = [2, 3, 4].map((type) => {
    const bytes = Buffer.from(call)
    bytes[1] = type
    return bytes
  })
  const all = Buffer.concat(
    [asReturn, asSignal, call, asError].filter((part) => part !== undefined),
  )
  expect(countReplies(all)).toBe(2)
  expect(countReplies(all.subarray(0, -1))).toBe(1)
})
