import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { StoreError } from '../../src/errors/families.ts'
import type { SecretStore } from '../../src/ports/secret-store.ts'

export interface KeychainProcessOptions {
  sealedFolder: string
  entryLimit?: number
  /** Milliseconds. */
  abortAfter?: number
  /** Lets long waits pass in a moment. */
  fast?: boolean
}

export interface KeychainProcess {
  store: SecretStore
  readSync(name: string): Promise<string | undefined>
  stop(): Promise<void>
}

/** A keychain store in a process of its own that lives in the given environment. */
export function startKeychainProcess(
  path: string,
  env: Record<string, string>,
  options: KeychainProcessOptions,
): KeychainProcess {
  const child = spawn(process.execPath, [path, JSON.stringify(options)], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function call(op: string, name = '', text = ''): Promise<unknown> {
    child.stdin.write(`${JSON.stringify({ op, name, text })}\n`)
    const { value: line } = await lines.next()
    const answer: {
      value?: unknown
      error?: { message: string; code?: string; hint?: string }
    } = JSON.parse(line)
    if (answer.error === undefined) return answer.value
    const { message, code, hint } = answer.error
    if (code === undefined) throw new Error(message)
    throw new StoreError(message, hint === undefined ? { code } : { code, hint })
  }

  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    store: {
      kind: 'keychain',
      place: 'the OS keychain',
      read: async (name) => text(await call('read', name)),
      write: async (name, value) => void (await call('write', name, value)),
      remove: async (name) => (await call('remove', name)) === true,
      probe: async () => void (await call('probe')),
    },
    readSync: async (name) => text(await call('readSync', name)),
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
