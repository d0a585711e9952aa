// Builds dist/ (and, with the argument `playground`, build/playground.mjs).
import { readFileSync, rmSync, writeFileSync, mkdirSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.20',
  define: { OAUTHCTL_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
}

if (process.argv[2] === 'playground') {
  await build({
    ...common,
    entryPoints: ['test/playground/main.ts'],
    outfile: 'build/playground.mjs',
    format: 'esm',
    packages: 'external',
  })
} else {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  // The start-up entry is CommonJS, because Node starts it several milliseconds sooner than a
  // module; all else are modules, because only those can be split into lazily loaded chunks.
  await build({
    ...common,
    entryPoints: { oauthctl: 'src/entry.ts' },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // `./main.mjs` is a build product of the second call, loaded only off the fast path.
    external: ['./main.mjs', 'keytar'],
    supported: { 'dynamic-import': true },
    // The keychain binding is loaded by `__filename` here and by `import.meta.url` in the modules.
    logOverride: { 'empty-import-meta': 'silent' },
    banner: { js: "'use strict';" },
  })
  const { metafile } = await build({
    ...common,
    entryPoints: { main: 'src/main.ts' },
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    external: ['keytar'],
    metafile: true,
    // Bundled CommonJS packages call `require` for Node's built-in modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  })
  writeLicences(metafile)
}

/** The licences of the packages inside the bundle, which their terms ask to be passed on. */
function writeLicences(metafile) {
  const folders = new Set()
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (found) folders.add(found[1])
  }
  const parts = [...folders].toSorted().map((folder) => {
    const {
      name,
      version: itsVersion,
      license,
    } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file
      ? readFileSync(join(root, folder, file), 'utf8').trim()
      : `License: ${license}`
    return `## ${name} ${itsVersion}\n\n${text}\n`
  })
  if (!existsSync(join(root, 'dist'))) mkdirSync(join(root, 'dist'))
  writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.md'), parts.join('\n'))
}
