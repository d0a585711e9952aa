import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface BundledChild {
  /** A file for `node PATH`. */
  path: string
  remove(): void
}

/** Bundles a TypeScript program of the tests, so that real child processes can run it. */
export async function bundleChild(
  source: URL,
  format: 'esm' | 'cjs' = 'esm',
): Promise<BundledChild> {
  // Inside the project, so that the bundle finds the packages that stay outside of it.
  const root = fileURLToPath(new URL('../../build', import.meta.url))
  mkdirSync(root, { recursive: true })
  const folder = mkdtempSync(join(root, 'child-'))
  const name = basename(source.pathname, '.ts')
  const path = join(folder, format === 'esm' ? `${name}.mjs` : `${name}.cjs`)
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: path,
    bundle: true,
    platform: 'node',
    format,
    target: 'node20',
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
    external: ['keytar'],
  })
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
