import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { OauthctlError } from '../../src/errors/families.ts'
import { parsePasted } from '../../src/loopback/pasted.ts'
import { readPasted } from '../../src/prompts/paste-reader.ts'
import { createPrompter } from '../../src/prompts/prompter.ts'

// Runs inside a pseudo-terminal: what to do, then the numbers and texts that it needs.
const [task = '', ...given] = process.argv.slice(2)
const controller = new AbortController()
const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }),
}

async function ask(): Promise<unknown> {
  const prompter = createPrompter({
    possible: true,
    input: process.stdin,
    output: process.stderr,
    signal: controller.signal,
  })
  switch (task) {
    case 'text':
      return await prompter.text('Client id?')
    case 'secret':
      return await prompter.secret('Client secret?')
    case 'aborted':
      setTimeout(() => controller.abort(new Error('time is up')), 300)
      return await prompter.text('Client id?')
    case 'two':
      return [await prompter.text('First?'), await prompter.secret('Second?')]
    default:
      throw new Error(`no task ${task}`)
  }
}

async function paste(): Promise<unknown> {
  const [redirectUri = '', state = '', after = ''] = given
  if (after === 'abort') setTimeout(() => controller.abort(new Error('time is up')), 300)
  const reading = readPasted({
    input: process.stdin,
    say: (line) => process.stderr.write(`${line}\n`),
    read: (text) => {
      const pasted = parsePasted(text, { redirectUri, state })
      if (pasted.kind === 'response') return { kind: 'done', value: pasted.parameters }
      return pasted.kind === 'incomplete' ? { kind: 'more' } : { kind: 'again', why: pasted.why }
    },
    clock,
    signal: controller.signal,
    onInterrupt: () => controller.abort(new Error('interrupted')),
  })
  process.stderr.write('ready\n')
  const parameters = await reading
  return parameters === undefined ? 'ended' : (parameters.get('code')?.length ?? 'no code')
}

async function run(): Promise<void> {
  // Something else goes on, as a listener does: the question must not end just because nothing is left to do.
  const busy = setInterval(() => undefined, 1000)
  let outcome: unknown
  try {
    outcome = { value: task === 'paste' ? await paste() : await ask() }
  } catch (error) {
    outcome =
      error instanceof OauthctlError
        ? { code: error.code, exitCode: error.exitCode }
        : { message: String(error) }
  }
  clearInterval(busy)
  const raw = process.stdin.isRaw
  const done = process.stdout.write(`${JSON.stringify({ ...(outcome as object), raw })}\n`)
  if (!done) await once(process.stdout, 'drain')
}

void run()
