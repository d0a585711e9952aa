import { readAnswer, tokenMember } from '../answer.ts'
import { requireVariable } from '../errors.ts'
import type { IdentitySource } from '../source.ts'

const title = 'GitHub Actions'
const hint = 'Add to the job in the workflow file: permissions: id-token: write'

/** A GET to the address that the runner gives the job, as the GitHub documentation of OpenID Connect has it. */
export const githubActions: IdentitySource = {
  name: 'github-actions',
  title,
  signs: ['GITHUB_ACTIONS', 'ACTIONS_ID_TOKEN_REQUEST_URL'],
  async fetch(_argument, { audience }, { env, fetch, learn }) {
    const address = requireVariable(env, 'ACTIONS_ID_TOKEN_REQUEST_URL', { title, hint })
    const bearer = requireVariable(env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', { title, hint })
    learn(bearer)
    const separator = address.includes('?') ? '&' : '?'
    const answer = await fetch(`${address}${separator}audience=${encodeURIComponent(audience)}`, {
      headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
    })
    return tokenMember(title, await readAnswer(title, answer, hint), 'value')
  },
}
