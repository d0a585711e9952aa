import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// esbuild writes each module's path over its code.
const MODULE = /^\s*\/\/ \S*node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm

/** The packages whose code is in a file of the bundle. */
export function packagesIn(file: string): string[] {
  const names = [...readFileSync(file, 'utf8').matchAll(MODULE)].map(([, name = '']) => name)
  return [...new Set(names)].toSorted()
}

/** The packages whose code is anywhere in the built program. */
export function packagesInside(dist: string): string[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  const names = files
    .filter((file) => /\.[cm]js$/.test(file))
    .flatMap((file) => packagesIn(join(dist, file)))
  return [...new Set(names)].toSorted()
}
