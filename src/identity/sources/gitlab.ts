import { checkAudience } from '../audience.ts'
import { requireVariable } from '../errors.ts'
import type { IdentitySource } from '../source.ts'

// The name that GitLab's own examples use; a job may choose any other.
const CUSTOMARY_NAME = 'GITLAB_OIDC_TOKEN'

/** A variable that `id_tokens` in `.gitlab-ci.yml` makes, with the audience that stands there. */
export const gitlab: IdentitySource = {
  name: 'gitlab',
  title: 'GitLab CI/CD',
  signs: ['GITLAB_CI'],
  argument: { placeholder: 'NAME', required: false },
  async fetch(argument, wish, { env, detail }) {
    const name = argument ?? CUSTOMARY_NAME
    const setting = `id_tokens: { ${name}: { aud: "${wish.audience}" } }`
    const token = requireVariable(env, name, {
      title: 'GitLab CI/CD',
      hint: `Add to the job in .gitlab-ci.yml: ${setting}, or name another variable: --identity gitlab:NAME`,
    })
    const hint = `Set in .gitlab-ci.yml: ${setting}, or name a variable to send it as it is: --identity gitlab:NAME`
    const named = argument !== undefined
    checkAudience(token, wish, { what: `the token in ${name}`, named, hint }, { detail })
    return token
  },
}
