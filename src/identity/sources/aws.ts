import { isFor } from '../audience.ts'
import { tokenMember } from '../answer.ts'
import { runPlatformCommand } from '../platform-command.ts'
import type { IdentityDeps, IdentitySource } from '../source.ts'

const title = 'AWS'

/**
 * The web identity token of the pod (`AWS_WEB_IDENTITY_TOKEN_FILE`) where it is for this audience:
 * as a rule it is for AWS itself and opens the pod's role, so it is never sent elsewhere. Else a
 * token of AWS STS for the audience (GetWebIdentityToken, outbound identity federation), by the AWS
 * command line, which finds the credentials of the machine.
 */
export const aws: IdentitySource = {
  name: 'aws',
  title,
  signs: [
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_EXECUTION_ENV',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ],
  async fetch(_argument, wish, deps) {
    const ready = podToken(deps)
    if (ready !== undefined && isFor(ready, wish)) return ready
    // As JSON, because version 1 of the command line would load an audience that is a URL.
    const input = JSON.stringify({ Audience: [wish.audience], SigningAlgorithm: 'RS256' })
    const printed = await runPlatformCommand(
      ['aws', 'sts', 'get-web-identity-token', '--cli-input-json', input, '--output', 'json'],
      {
        title,
        missing:
          'Install the AWS command line, or on Kubernetes project a token with the right audience: --identity kubernetes:PATH',
        refused:
          'It needs AWS_REGION, the permission sts:GetWebIdentityToken, and once per account: aws iam enable-outbound-web-identity-federation',
      },
      deps,
    )
    return tokenMember(title, printed, 'WebIdentityToken')
  },
}

function podToken({ env, readFile }: IdentityDeps): string | undefined {
  const path = env['AWS_WEB_IDENTITY_TOKEN_FILE']
  if (!path) return undefined
  try {
    return readFile(path)
  } catch {
    // Only a shortcut: the AWS command line says what is wrong with the file, if it needs it.
    return undefined
  }
}
