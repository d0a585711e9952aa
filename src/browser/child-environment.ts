/** Variables of a process, as `process.env` has them. */
export type Environment = Record<string, string | undefined>

const SECRET = /^OAUTHCTL_(?:.*_)?(?:SECRET|KEY|PASSPHRASE|ASSERTION|TOKEN)$/i

/**
 * The environment for a browser, a `cmd:` helper or an `exec` child: without the variables in which
 * oauthctl is given secrets or references to them.
 */
export function withoutSecrets(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET.test(name)))
}
