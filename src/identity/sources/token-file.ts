import { checkAudience } from '../audience.ts'
import type { IdentitySource } from '../source.ts'
import { readTokenFile } from '../token-file.ts'

/** A token that something else put into a file and renews there. */
export const tokenFile: IdentitySource = {
  name: 'file',
  title: 'the token file',
  signs: [],
  argument: { placeholder: 'PATH', required: true },
  async fetch(path = '', wish, deps) {
    const hint = 'Correct the path: --identity file:PATH'
    const token = readTokenFile(path, hint, deps)
    checkAudience(token, wish, { what: `the token in ${path}`, named: true, hint }, deps)
    return token
  },
}
