import { expect, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import { planBrowser } from '../../src/login/browser-plan.ts'

test.each([
  ['linux', 'firefox:/usr/bin/w3m %s', ['firefox', '/usr/bin/w3m %s']],
  ['darwin', ':firefox:', ['firefox']],
  [
    'win32',
    '"C:\\Program Files\\Firefox\\firefox.exe";C:\\b.exe %s',
    ['"C:\\Program Files\\Firefox\\firefox.exe"', 'C:\\b.exe %s'],
  ],
] as const)('on %s, $BROWSER=%s is a list', (platform, BROWSER, commands) => {
  const settings: Context['settings'] = { values: {}, origins: {}, profile: {} }
  const context = { platform, env: { BROWSER }, settings } as unknown as Context
  expect(planBrowser(context, false)).toEqual({ open: true, commands })
})
