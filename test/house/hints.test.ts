import { expect, test } from 'vitest'
import { readSources } from './source.ts'

const sources = readSources()

// "Run it again: oauthctl login", "see oauthctl discover", "forget it with: oauthctl logout".
const NAMED = /(?::|\bsee|\brun) oauthctl ([a-z]+)/g

test('no hint names a command that does not exist', () => {
  const files = sources.map(({ path }) => /^commands\/(.*)\.ts$/.exec(path)?.[1])
  const commands = new Set(files)
  const named = sources.flatMap(({ path, code }) =>
    [...code.matchAll(NAMED)].map(([, command = '']) => ({ path, command })),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ command }) => !commands.has(command))).toEqual([])
})
