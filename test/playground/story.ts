import type { AuthorizationServer } from '../support/authorization-server.ts'
import { demo } from '../support/people.ts'
import type { ProtectedApi } from '../support/protected-api.ts'
import type { Screen } from './screen.ts'
import { hasCurl, StepFailed, type Outcome, type Shell } from './shell.ts'

export interface Stage {
  screen: Screen
  shell: Shell
  server: AuthorizationServer
  api: ProtectedApi
  /** Why the robot logs in; without it, the person does. */
  noBrowser: string | undefined
  /** Try the keychain first; else the encrypted file at once. */
  keychain: boolean
}

const storeUnusable = 7
const robot = 'node test/support/robot-browser.mjs'

function loginArguments({ server, noBrowser }: Stage): string[] {
  return [
    'login',
    'demo',
    '--issuer',
    server.issuer,
    '--client-id',
    server.clients.public.client_id,
    '--scope',
    'openid profile offline_access api:read',
    // The server gives a refresh token only after the person has agreed to it just now.
    '--prompt',
    'consent',
    ...(noBrowser === undefined ? [] : ['--browser', robot]),
  ]
}

async function login(stage: Stage): Promise<void> {
  const { screen, shell } = stage
  screen.heading('Log in')
  if (stage.noBrowser === undefined)
    screen.note(`Your browser opens. User name: ${demo.username}  Password: ${demo.password}`)
  else screen.note(`${stage.noBrowser}, so a small robot fills in the login pages.`)

  const args = loginArguments(stage)
  if (stage.keychain) {
    screen.note('The session goes to the keychain, if one can be used here.')
    const { code } = await shell.oauthctl(args, { allow: [storeUnusable] })
    if (code === 0) return
    screen.blank()
  }
  screen.note(
    'No keychain is used, but an encrypted file (--store file), with a key made for this run.',
  )
  await shell.oauthctl([...args, '--store', 'file'])
}

/** Shows the first characters of a token: what stands on a screen ends up in screenshots. */
function shorten(stdout: string): string {
  const token = stdout.trim()
  return `${token.slice(0, 10)}…\n`
}

function expectAnswer(answered: string): void {
  if (!answered.includes(`Hello, ${demo.sub}`))
    throw new StepFailed('the API did not accept the token')
}

async function callApi(stage: Stage): Promise<void> {
  const { screen, shell, api } = stage
  const url = `${api.url}/hello`
  screen.heading('Call an API')
  if (hasCurl()) {
    screen.note('The token goes to curl through a pipe: it never stands in a command line.')
    screen.command(`oauthctl token demo --output curl | curl -sS -K - ${url}`)
    const { code, stdout } = await shell.silently(['token', 'demo', '--output', 'curl'])
    if (code !== 0) throw new StepFailed(`oauthctl token ended with exit code ${code}`)
    const outcome: Outcome = await shell.pipe(['curl', '-sS', '-K', '-', url], stdout)
    return expectAnswer(outcome.stdout)
  }
  screen.note("curl is not installed here, so Node's own fetch makes the call.")
  screen.command('oauthctl token demo --output header')
  const { stdout } = await shell.silently(['token', 'demo', '--output', 'header'])
  const authorization = stdout.trim().slice(stdout.indexOf(':') + 1)
  const answer = await fetch(url, { headers: { authorization } })
  const body = await answer.text()
  screen.raw(body)
  return expectAnswer(body)
}

/** Runs the whole story, one command after the other. Throws `StepFailed` at the first that fails. */
export async function tellStory(stage: Stage): Promise<void> {
  const { screen, shell } = stage
  await login(stage)

  screen.heading('See who is logged in')
  await shell.oauthctl(['status'])

  screen.heading('Get a valid access token')
  screen.note('Printed whole for scripts; cut here after its first characters.')
  await shell.oauthctl(['token', 'demo'], { display: shorten })

  await callApi(stage)

  screen.heading('Renew the token now')
  await shell.oauthctl(['refresh', 'demo'])

  screen.heading('Ask the server who this is')
  await shell.oauthctl(['userinfo', 'demo'])

  screen.heading('Log out')
  await shell.oauthctl(['logout', 'demo'])
  await shell.oauthctl(['status'])
}
