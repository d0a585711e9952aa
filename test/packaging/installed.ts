import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { projectRoot } from '../support/project.ts'

export interface Packed {
  folder: string
  tarball: string
  /** Bytes of the tarball. */
  size: number
  /** The paths in it, with their sizes. */
  files: { path: string; size: number; mode: number }[]
  remove(): void
}

function npm(args: readonly string[], cwd: string): string {
  // No registry is needed for what is measured here; what npm has in its cache is enough.
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0']
  const result = spawnSync('npm', [...args, ...quiet], { cwd, encoding: 'utf8', timeout: 60_000 })
  if (result.status !== 0) throw new Error(`npm ${args.join(' ')}\n${result.stderr}`)
  return result.stdout
}

/** `npm pack` of the project as it is built. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'oauthctl-pack-'))
  // Without the scripts: other tests run from the same dist at this moment.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [about] = JSON.parse(npm(args, projectRoot)) as {
    filename: string
    size: number
    files: Packed['files']
  }[]
  if (about === undefined) throw new Error('npm pack made nothing')
  return {
    folder,
    tarball: join(folder, about.filename),
    size: about.size,
    files: about.files,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export interface Installed {
  prefix: string
  /** The program as it stands in PATH. */
  bin: string
  /** The installed package's folder. */
  folder: string
  /** What npm said, warnings included. */
  said: string
}

/** `npm install --global` of the tarball into a prefix of its own. */
export function install({ folder, tarball }: Packed): Installed {
  const prefix = join(folder, 'prefix')
  mkdirSync(prefix)
  const said = npm(['install', '--global', '--ignore-scripts', '--prefix', prefix, tarball], folder)
  const bin = join(prefix, 'bin', 'oauthctl')
  return { prefix, bin, folder: join(prefix, 'lib', 'node_modules', 'oauthctl'), said }
}

/**
 * The Node binaries to run the installed program with: the one of this run, and those of the
 * releases that `OAUTHCTL_TEST_NODES` names ("22 24"), which npm downloads.
 */
export function nodeBinaries(): { name: string; path: () => string }[] {
  const wanted = (process.env['OAUTHCTL_TEST_NODES'] ?? '').split(/[\s,]+/).filter(Boolean)
  return [
    { name: `Node ${process.versions.node}`, path: () => process.execPath },
    ...wanted.map((release) => ({ name: `Node ${release}`, path: () => download(release) })),
  ]
}

function download(release: string): string {
  const prefix = join(projectRoot, 'build', 'nodes', release)
  mkdirSync(prefix, { recursive: true })
  npm(['install', '--prefix', prefix, `node@${release}`], dirname(prefix))
  return join(prefix, 'node_modules', 'node', 'bin', 'node')
}
