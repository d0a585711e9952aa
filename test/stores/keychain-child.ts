// A program that uses the keychain store as it is told on standard input, one JSON text per line,
// because the D-Bus library of a process never leaves the bus that it first met.
import { createInterface } from 'node:readline'
import { StoreError } from '../../src/errors/families.ts'
import { createKeychainStore, type KeychainDeps } from '../../src/stores/keychain.ts'
import { readKeychainSync } from '../../src/stores/keychain-sync.ts'
import { realClock, realRandom } from '../support/real-parts.ts'

const options: { sealedFolder: string; entryLimit?: number; abortAfter?: number; fast?: boolean } =
  JSON.parse(process.argv[2] ?? '{}')
const abort = new AbortController()
const platform = process.platform
const service = 'oauthctl'
let shift = 0
const deps: KeychainDeps = {
  platform,
  service,
  sealedFolder: options.sealedFolder,
  env: process.env,
  random: realRandom,
  clock: {
    now: () => Date.now() + shift,
    // `fast`: an hour of waiting passes in a moment, so that a test need not wait for a limit.
    sleep: (ms, signal) => {
      if (options.fast === true && ms > 1000) {
        shift += ms
        ms = 300
      }
      return realClock.sleep(ms, signal)
    },
  },
  signal: abort.signal,
  ...(options.entryLimit === undefined ? {} : { entryLimit: options.entryLimit }),
}
const store = createKeychainStore(deps)

async function run(call: { op: string; name: string; text: string }): Promise<unknown> {
  if (options.abortAfter !== undefined) {
    setTimeout(() => abort.abort(new Error('aborted by the test')), options.abortAfter)
  }
  switch (call.op) {
    case 'read':
      return store.read(call.name)
    case 'write':
      return store.write(call.name, call.text)
    case 'remove':
      return store.remove(call.name)
    case 'probe':
      return store.probe()
    case 'readSync':
      return readKeychainSync({
        platform,
        service,
        name: call.name,
        sealedFolder: options.sealedFolder,
      })
    default:
      throw new Error(`unknown operation ${call.op}`)
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer: object
  try {
    answer = { value: await run(JSON.parse(line)) }
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error))
    const known = error instanceof StoreError ? { code: error.code, hint: error.hint } : {}
    answer = { error: { message, ...known } }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
