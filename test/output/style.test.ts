import { expect, test } from 'vitest'
import { createStyle } from '../../src/output/style.ts'

test.each([
  [{ isTerminal: true }, true],
  [{ isTerminal: false }, false],
  [{ isTerminal: true, never: true }, false],
  [{ isTerminal: true, env: { NO_COLOR: '1' } }, false],
  [{ isTerminal: true, env: { NO_COLOR: '' } }, true],
  [{ isTerminal: true, env: { TERM: 'dumb' } }, false],
  [{ isTerminal: false, env: { FORCE_COLOR: '1' } }, true],
  [{ isTerminal: false, env: { FORCE_COLOR: '0' } }, false],
  [{ isTerminal: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' } }, false],
  [{ isTerminal: false, env: { FORCE_COLOR: '1' }, never: true }, false],
])('%j is coloured: %s', (inputs, coloured) => {
  const style = createStyle({ env: {}, never: false, ...inputs })
  expect(style('red', 'x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x')
})
