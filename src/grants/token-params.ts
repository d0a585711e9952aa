import { parseSecretReference } from '../config/secret-reference.ts'
import { lookUpSecret } from '../config/secret-value.ts'
import type { Context } from '../context.ts'
import { secretSources } from '../sessions/client-secret.ts'
import { isSecretName } from '../text/secret-names.ts'

/**
 * The parameters of `--token-param`. One that carries a secret by its name (`password`,
 * `subject_token`) is a reference like every secret; a literal is refused (`UsageError`).
 */
export async function tokenParams(context: Context): Promise<[name: string, value: string][]> {
  // In one order, because the same parameters in another order are the same wish.
  const given = Object.entries(context.settings.values.token_param ?? {}).toSorted()
  const found: [string, string][] = []
  for (const [name, value] of given) {
    if (!isSecretName(name)) {
      found.push([name, value])
      continue
    }
    const reference = parseSecretReference(value, `--token-param ${name}`)
    const secret = await lookUpSecret(reference, name, secretSources(context))
    context.redactor.learn(secret)
    found.push([name, secret])
  }
  return found
}
