import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"name": "oauthctl"'))
      return folder
    const above = dirname(folder)
    if (above === folder) throw new Error('not inside the project')
    folder = above
  }
}

/** The project's folder, also when this file runs from a bundle in another folder of it. */
export const projectRoot = findRoot()

/** The built program's entry. */
export const programPath = join(projectRoot, 'bin', 'oauthctl.cjs')

/** The command for `--browser` that logs in by itself, ready for a shell-like split. */
export const robotBrowser = [
  process.execPath,
  join(projectRoot, 'test', 'support', 'robot-browser.mjs'),
]
  .map((word) => `"${word}"`)
  .join(' ')
