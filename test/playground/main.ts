import { parseArgs } from 'node:util'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { demo } from '../support/people.ts'
import { startProtectedApi } from '../support/protected-api.ts'
import { whyNoBrowser } from './browser.ts'
import { keepUp } from './keep.ts'
import { mayHaveKeychain } from './keychain.ts'
import { createSandbox } from './sandbox.ts'
import { createScreen } from './screen.ts'
import { createShell, StepFailed, Stopped } from './shell.ts'
import { tellStory, type Stage } from './story.ts'

const usage = `npm run playground [-- OPTIONS]

Starts an authorization server and an API on this machine and shows oauthctl at work with them.

  --keep    leave the server up afterwards, to play with
  --robot   let the robot log in, even where there is a browser
  --file    keep the session in an encrypted file, even where there is a keychain
`

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

interface Choices {
  keep: boolean
  robot: boolean
  file: boolean
}

function choose(): Choices | undefined {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      robot: { type: 'boolean', default: false },
      file: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return values.help ? undefined : values
}

async function play(choices: Choices): Promise<void> {
  const screen = createScreen(process.stdout, process.env)
  const sandbox = createSandbox(process.env)
  const shell = createShell(screen, sandbox.env)
  const cleanups: (() => unknown)[] = [() => sandbox.remove()]

  let signalled: NodeJS.Signals | undefined
  const stopped = new Promise<void>((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      signalled ??= signal
      shell.stop()
      resolve()
    }
    for (const signal of signals) process.on(signal, () => stop(signal))
    // Nobody reads on (`npm run playground | head`): stop, and still delete what was made.
    process.stdout.on('error', () => stop('SIGTERM'))
  })
  let kept = false

  try {
    const note = `In this playground: ${demo.username} / ${demo.password}`
    const server = await startAuthorizationServer({ loginNote: note })
    cleanups.unshift(() => server.stop())
    const api = await startProtectedApi({ issuer: server.issuer })
    cleanups.unshift(() => api.stop())
    // A keychain outlives the sandbox: whatever happens, no session may stay there.
    cleanups.unshift(() => shell.silently(['logout', '--all', '--local', '--quiet']))

    screen.note(`An authorization server runs at ${server.issuer}, an API at ${api.url}.`)
    const stage: Stage = {
      screen,
      shell,
      server,
      api,
      noBrowser: choices.robot ? 'The robot was asked for' : whyNoBrowser(process.env),
      keychain: !choices.file && mayHaveKeychain(process.env),
    }
    await tellStory(stage)
    screen.blank()
    screen.note('That was the whole story: everything made here is deleted again.')
    if (choices.keep) {
      kept = true
      await keepUp(stage, sandbox, stopped)
    }
  } catch (error) {
    process.exitCode = 1
    if (error instanceof StepFailed) process.stderr.write(`\nplayground: ${error.message}\n`)
    else if (!(error instanceof Stopped)) throw error
  } finally {
    for (const cleanup of cleanups) await cleanup()
    for (const signal of signals) process.removeAllListeners(signal)
    // Interrupted in the middle of the story, it dies of the signal, as a shell expects it.
    if (signalled !== undefined && !kept) process.kill(process.pid, signalled)
  }
}

const choices = choose()
if (choices === undefined) process.stdout.write(usage)
else await play(choices)
