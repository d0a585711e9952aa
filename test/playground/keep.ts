import { demo } from '../support/people.ts'
import { programPath, robotBrowser } from '../support/project.ts'
import type { Sandbox } from './sandbox.ts'
import { typed } from './shell.ts'
import type { Stage } from './story.ts'

function environmentLines(variables: Record<string, string>): string[] {
  if (process.platform === 'win32')
    return [
      ...Object.entries(variables).map(([name, value]) => `$env:${name} = '${value}'`),
      `function oauthctl { node '${programPath}' @args }`,
    ]
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${typed(value)}`),
    `oauthctl() { node ${typed(programPath)} "$@"; }`,
  ]
}

/** Leaves the server up, tells how to play with it, and returns when the person presses Ctrl-C. */
export async function keepUp(
  stage: Stage,
  sandbox: Sandbox,
  stopped: Promise<unknown>,
): Promise<void> {
  const { screen, server, api } = stage
  const browser = stage.noBrowser === undefined ? '' : ` --browser ${typed(robotBrowser)}`
  screen.heading('The server stays up')
  screen.note('In another terminal, first this:')
  for (const line of environmentLines(sandbox.variables)) screen.raw(`${line}\n`)
  screen.blank()
  screen.note('Then, for example:')
  for (const line of [
    `oauthctl login demo --prompt consent${browser}`,
    'oauthctl token demo',
    `oauthctl token demo --output curl | curl -sS -K - ${api.url}/hello`,
    'oauthctl logout demo',
  ])
    screen.command(line)
  screen.blank()
  screen.raw(`Server     ${server.issuer}\nAPI        ${api.url}\n`)
  screen.raw(`User name  ${demo.username}\nPassword   ${demo.password}\n`)
  screen.blank()
  screen.note('Ctrl-C stops the server and deletes everything that was made here.')
  await stopped
}
