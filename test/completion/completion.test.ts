import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { requireTool } from '../support/requirements.ts'
import { completeIn, completionWorld, load, type ShellName } from './shells.ts'

const shells: { shell: ShellName; possible: boolean }[] = [
  { shell: 'bash', possible: true },
  { shell: 'zsh', possible: requireTool('zsh') },
  { shell: 'fish', possible: requireTool('fish') },
]

/** A line, what is offered behind it, and what is not. */
const TABLE: [line: string, offered: string[], notOffered: string[]][] = [
  ['oauthctl ', ['login', 'token', 'logout', 'profile', 'completion'], ['set', 'work', '--json']],
  ['oauthctl tok', ['token'], ['login']],
  ['oauthctl --json tok', ['token'], ['login']],
  ['oauthctl --store file tok', ['token'], ['login']],
  ['oauthctl token ', ['work', 'weekend'], ['login', '--scope']],
  ['oauthctl token wo', ['work'], ['weekend']],
  ['oauthctl --store file token ', ['work', 'weekend'], ['login']],
  ['oauthctl token --scope token ', ['work', 'weekend'], ['login']],
  ['oauthctl token work ', [], ['work', 'weekend', 'login']],
  ['oauthctl login token --is', ['--issuer'], ['--check']],
  ['oauthctl token --', ['--scope', '--min-ttl', '--json', '--profile'], ['--issuer-x', 'work']],
  ['oauthctl token --che', ['--check'], ['--scope']],
  ['oauthctl -', ['--json', '--profile'], ['--scope', 'login']],
  ['oauthctl profile ', ['list', 'show', 'set', 'remove'], ['login', 'work']],
  ['oauthctl profile set ', ['work', 'weekend'], ['list', 'show']],
  ['oauthctl profile set --un', ['--unset'], ['--check']],
  ['oauthctl token --profile ', ['work', 'weekend'], ['login']],
  ['oauthctl -p ', ['work', 'weekend'], ['login']],
  ['oauthctl --store ', ['keychain', 'file', 'none'], ['login']],
  ['oauthctl token --output ', ['raw', 'json', 'header', 'curl'], ['work']],
  ['oauthctl token --scope ', [], ['work', 'login', 'a-file.json']],
  ['oauthctl --config a-', ['a-file.json'], ['login']],
  ['oauthctl completion ', ['bash', 'zsh', 'fish'], ['work']],
]

describe.each(shells.filter(({ possible }) => possible))('completion in $shell', ({ shell }) => {
  test('loads without a word', async () => {
    expect(await load(completionWorld(), shell)).toBe('0')
  })

  test('offers what can stand there', async () => {
    const world = completionWorld()
    writeFileSync(`${world.home}/a-file.json`, '{}')
    const found = await completeIn(world, shell)(TABLE.map(([line]) => line))
    for (const [line, offered, notOffered] of TABLE) {
      const words = found.get(line)
      expect(words, `${line}<Tab>`).toEqual(expect.arrayContaining(offered))
      for (const word of notOffered) expect(words, `${line}<Tab>`).not.toContain(word)
    }
  })

  test('goes on without a word when the profile file breaks', async () => {
    const world = completionWorld()
    const before = `echo '{' > '${world.configFile}'`
    const lines = ['oauthctl token ', 'oauthctl tok']
    const found = await completeIn(world, shell)(lines, { before })
    expect(found.get('oauthctl token ')).toEqual([])
    expect(found.get('oauthctl tok')).toContain('token')
  })
})

test('an unknown shell is refused and the known ones are named', async () => {
  const result = await completionWorld().run(['completion', 'tcsh'])
  expect(result).toMatchObject({ code: 2, stdout: '' })
  expect(result.stderr).toMatch(/bash.*zsh.*fish/)
})

test('the names of the profiles come one a line', async () => {
  const world = completionWorld()
  expect(await world.run(['completion', 'profiles'])).toMatchObject({
    code: 0,
    stdout: 'work\nweekend\n',
    stderr: '',
  })
})
