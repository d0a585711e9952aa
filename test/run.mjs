// `npm test`: builds the program, sees to the system's packages, runs the tests and counts them.
// Arguments go to vitest: `npm test -- test/stores`.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installCommand, installMissing } from './system-packages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

function build() {
  const result = spawnSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' })
  return result.status ?? 1
}

function runVitest(args, env) {
  return new Promise((resolve) => {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const child = spawn(process.execPath, [vitest, 'run', ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    })
    // A terminal sends Ctrl-C to both: vitest ends by it, and this process tells the end.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
    child.on('error', () => resolve(1))
    child.on('close', (code) => resolve(code ?? 1))
  })
}

function count(file) {
  if (!existsSync(file)) return '0 passed, 1 failed, 0 skipped'
  const report = JSON.parse(readFileSync(file, 'utf8'))
  // A file that could not be loaded has no tests to count.
  const broken = report.testResults.filter(
    (one) => one.status === 'failed' && !one.assertionResults.some((t) => t.status === 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  const skipped = report.numPendingTests + report.numTodoTests
  return `${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`
}

async function main() {
  const built = build()
  if (built !== 0) return built

  const stillMissing = installMissing((line) => console.error(line))
  const folder = mkdtempSync(join(tmpdir(), 'oauthctl-run-'))
  const report = join(folder, 'report.json')
  const record = join(folder, 'missing')
  const env = { ...process.env, OAUTHCTL_TEST_MISSING_FILE: record }
  // oauthctl never asks and never opens a browser where CI is set; a test that wants that sets it.
  delete env['CI']
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await runVitest([...process.argv.slice(2), ...reporters], env)
    const wanted = existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : []
    const lacking = stillMissing.filter((tool) => wanted.includes(tool))
    if (lacking.length > 0)
      console.log(`Tests were skipped for want of programs: ${installCommand(lacking)}`)
    console.log(count(report))
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
