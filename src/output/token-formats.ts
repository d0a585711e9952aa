import { rfc3339 } from '../text/times.ts'
import { visibleJson } from '../text/visible.ts'

/** A token on its way to stdout. */
export interface PrintableToken {
  /** `access_token` or `id_token`. */
  member: 'access_token' | 'id_token'
  token: string
  tokenType: string
  /** Epoch ms. */
  expiresAt?: number | undefined
  scope: string
  issuer?: string | undefined
  clientId: string
  profile?: string | undefined
  resource?: string[] | undefined
  audience?: string | undefined
  /** RFC 8693 section 2.2.1. */
  issuedTokenType?: string | undefined
}

export interface FormatInputs {
  env: Record<string, string | undefined>
  /** `--env`: the variable's name for the formats that have one. */
  variable: string | undefined
  /** Appends to a file that the platform names in `variable`, as GitHub Actions wants it. */
  append: (path: string, text: string, variable: string) => void
}

type Format = (printable: PrintableToken, inputs: FormatInputs) => string

const header = ({ token, tokenType }: PrintableToken): string =>
  `Authorization: ${tokenType} ${token}`

// The tokens consist of b64token characters (checked when they arrived), so no quoting can break.
const FORMATS: Record<string, Format> = {
  raw: ({ token }) => token,
  json: (printable) => visibleJson(JSON.stringify(tokenDocument(printable), null, 2)),
  header,
  env: ({ token }, { variable }) => `export ${variable ?? 'ACCESS_TOKEN'}='${token}'`,
  curl: (printable) => `header = "${header(printable)}"`,
  github: (printable, { env, variable, append }) => {
    const outputFile = env['GITHUB_OUTPUT']
    const environmentFile = env['GITHUB_ENV']
    if (outputFile) append(outputFile, `${printable.member}=${printable.token}\n`, 'GITHUB_OUTPUT')
    if (variable && environmentFile) {
      append(environmentFile, `${variable}=${printable.token}\n`, 'GITHUB_ENV')
    }
    return `::add-mask::${printable.token}`
  },
  'exec-credential': (printable, { env }) =>
    JSON.stringify({
      apiVersion: execVersion(env['KUBERNETES_EXEC_INFO']),
      kind: 'ExecCredential',
      status: {
        token: printable.token,
        ...(printable.expiresAt === undefined
          ? {}
          : { expirationTimestamp: rfc3339(printable.expiresAt) }),
      },
    }),
}

export const FORMAT_NAMES = Object.keys(FORMATS)

/** The token in the named format, without the last line break; undefined for an unknown name. */
export function formatToken(
  name: string,
  printable: PrintableToken,
  inputs: FormatInputs,
): string | undefined {
  return Object.hasOwn(FORMATS, name) ? FORMATS[name]?.(printable, inputs) : undefined
}

function tokenDocument(printable: PrintableToken): Record<string, unknown> {
  return {
    [printable.member]: printable.token,
    token_type: printable.tokenType,
    expires_at: printable.expiresAt === undefined ? undefined : rfc3339(printable.expiresAt),
    scope: printable.scope,
    issuer: printable.issuer,
    client_id: printable.clientId,
    profile: printable.profile,
    resource: printable.resource,
    audience: printable.audience,
    issued_token_type: printable.issuedTokenType,
  }
}

// kubectl says which version it speaks; a client answers in the same one.
function execVersion(info: string | undefined): string {
  const fallback = 'client.authentication.k8s.io/v1'
  try {
    const version = (JSON.parse(info ?? '') as { apiVersion?: unknown }).apiVersion
    return typeof version === 'string' ? version : fallback
  } catch {
    return fallback
  }
}
