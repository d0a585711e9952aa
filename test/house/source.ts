import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { projectRoot } from '../support/project.ts'

export interface SourceFile {
  /** Below src, with forward slashes. */
  path: string
  text: string
  /** The text without comments. */
  code: string
  /** The other files of src that it imports, types and lazy imports included. */
  imports: string[]
}

/** The folder that a file of src belongs to; a file directly in src stands for itself. */
export function partOf(path: string): string {
  return path.split('/')[0] ?? path
}

const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

/** All files of src. */
export function readSources(): SourceFile[] {
  const src = join(projectRoot, 'src')
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(src, path), 'utf8')
      const code = text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
      const imports = [...code.matchAll(IMPORT)].map(([, target = '']) =>
        posix.join(posix.dirname(path), target),
      )
      return { path, text, code, imports }
    })
}
