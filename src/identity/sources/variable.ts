import { checkAudience } from '../audience.ts'
import { identityUnavailable } from '../errors.ts'
import type { IdentitySource } from '../source.ts'

/** A token in a variable of any name. */
export const variable: IdentitySource = {
  name: 'env',
  title: 'the variable',
  signs: [],
  argument: { placeholder: 'NAME', required: true },
  async fetch(name = '', wish, { env, detail }) {
    const hint = 'Set it to the token, or name another: --identity env:NAME'
    const token = env[name]
    if (!token) throw identityUnavailable(`the variable ${name} is not set`, hint)
    checkAudience(token, wish, { what: `the token in ${name}`, named: true, hint }, { detail })
    return token
  },
}
