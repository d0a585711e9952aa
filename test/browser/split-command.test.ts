import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { splitCommand } from '../../src/browser/split-command.ts'

describe('splitCommand', () => {
  it.each([
    'firefox',
    '  firefox   --new-window\t%s ',
    `"/opt/My Browser/run" --title 'a "b" c'`,
    String.raw`/opt/My\ Browser/run a\"b "c\"d" "e\f" 'g\h'`,
    `a""b '' "" c''d`,
    String.raw`"\\" '\\' \\`,
    `--profile="Two Words" x='y z'w`,
  ])('takes %s as sh does', (line) => {
    const shell = spawnSync('sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`])
    expect(splitCommand(line, 'linux')).toEqual(shell.stdout.toString().split('\0').slice(0, -1))
  })

  it('expands nothing and runs nothing', () => {
    expect(splitCommand('a $HOME `id` $(id) ; b | c & *', 'linux')).toEqual([
      'a',
      '$HOME',
      '`id`',
      '$(id)',
      ';',
      'b',
      '|',
      'c',
      '&',
      '*',
    ])
  })

  it.each(['"open', "'open", 'ends with \\'])('has no answer for %s', (line) => {
    expect(splitCommand(line, 'linux')).toBeUndefined()
  })

  it('leaves the folders of Windows alone', () => {
    expect(splitCommand(String.raw`"C:\Program Files\B\b.exe" -p C:\x`, 'win32')).toEqual([
      String.raw`C:\Program Files\B\b.exe`,
      '-p',
      String.raw`C:\x`,
    ])
  })

  it('finds no word in nothing', () => {
    expect(splitCommand('  ', 'linux')).toEqual([])
  })
})
