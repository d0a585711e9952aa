#!/usr/bin/env node
// A browser command (`--browser 'node robot-browser.mjs'`) that logs in by itself at the address in
// its last argument. Options before it: --deny, --user NAME, --password TEXT, --report FILE (writes
// the last page there as JSON), --noise (prints to stdout and stderr, as browsers do), --idle (opens nothing).
import { renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { walkLogin } from './robot.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    deny: { type: 'boolean' },
    user: { type: 'string' },
    password: { type: 'string' },
    report: { type: 'string' },
    noise: { type: 'boolean' },
    idle: { type: 'boolean' },
  },
})
const url = positionals.at(-1)
if (url === undefined) throw new Error('no address')

function report(result) {
  if (values.report === undefined) return
  // Whoever waits for the report never sees a part of it.
  writeFileSync(`${values.report}.part`, JSON.stringify(result))
  renameSync(`${values.report}.part`, values.report)
}

if (values.noise) {
  process.stdout.write('Opening in existing browser session.\n')
  process.stderr.write('[1234:ERROR:robot] a remark of the browser\n')
}
if (values.idle) {
  report({ url, idle: true })
} else {
  try {
    report(
      await walkLogin(url, {
        ...(values.user === undefined ? {} : { username: values.user }),
        ...(values.password === undefined ? {} : { password: values.password }),
        consent: values.deny ? 'deny' : 'allow',
      }),
    )
  } catch (error) {
    report({ error: String(error) })
    process.exitCode = 1
  }
}
