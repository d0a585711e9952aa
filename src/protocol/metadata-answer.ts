import type { AuthorizationServer } from 'oauth4webapi'
import { OauthctlError, ServerError } from '../errors/families.ts'
import { shellWord } from '../text/shell-word.ts'
import { usableMetadata } from './usable-metadata.ts'

/** Why an address did not give the issuer's metadata. */
export interface MetadataFault {
  code: string
  /** A sentence part that follows 'URL': 'answers HTML instead of JSON'. */
  what: string
  hint: string
  /** A fault that the other addresses of the same issuer would share or must not outvote. */
  final: boolean
  /** The same address may give it later. */
  retryable?: boolean
}

export interface GoodMetadata {
  /** What of it can be used. */
  metadata: AuthorizationServer
  /** All of it, as the server wrote it. */
  document: Record<string, unknown>
}

const CHECK = 'Check the issuer: it is what "issuer" says in the server\'s metadata'

/**
 * Judges the answer of a metadata address: RFC 8414 section 3.2 and 3.3. The issuer inside must be
 * the expected one character by character; a difference in a trailing slash is another issuer.
 */
export async function judgeMetadata(
  issuer: string,
  response: Response,
): Promise<GoodMetadata | { fault: MetadataFault }> {
  const { status } = response
  if (status >= 300 && status < 400) {
    const location = response.headers.get('location')
    return fault('redirected', `redirects${location ? ` to ${location}` : ''} (${status})`, {
      hint: 'Metadata must not be redirected; use the issuer that the final address names',
    })
  }
  if (status === 404) return fault('metadata_not_found', 'has no metadata (404)')
  if (status >= 500 || status === 429) {
    const after = /^\d+$/.exec(response.headers.get('retry-after') ?? '')?.[0]
    return fault('metadata_status', `answers with status ${status}`, {
      hint: `Run the command again ${after === undefined ? 'in a while' : `in ${after} s`}`,
      retryable: true,
    })
  }
  if (status !== 200) return fault('metadata_status', `answers with status ${status}`)
  const text = await response.clone().text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    if (/^\s*(<!doctype html|<html|<head|<body)/i.test(text)) {
      return fault('metadata_html', 'answers an HTML page instead of JSON')
    }
    return fault('metadata_not_json', text.trim() ? 'answers no JSON' : 'answers nothing')
  }
  const found = (value as { issuer?: unknown } | null)?.issuer
  if (typeof found !== 'string') return fault('metadata_no_issuer', 'names no issuer')
  if (found !== issuer) {
    return fault('issuer_mismatch', `calls itself another issuer: ${found}`, {
      final: true,
      hint: `If that is the server you mean: --issuer ${found}`,
    })
  }
  const document = { ...(value as Record<string, unknown>), issuer: found }
  return { metadata: usableMetadata(document), document }
}

/** What an address that did not answer at all counts as. */
export function noAnswer(error: unknown): MetadataFault {
  if (!(error instanceof OauthctlError)) throw error
  return {
    code: error.code,
    what: `gives no usable answer: ${error.message}`,
    hint: error.hint ?? CHECK,
    final: true,
  }
}

/** The error for a fault at `url`; where every address has none, the issuer is what it is about. */
export function metadataError(
  issuer: string,
  { url, fault: found, cause }: { url: string; fault: MetadataFault; cause?: unknown },
): OauthctlError {
  if (cause instanceof OauthctlError) return cause
  const { code, hint, retryable = false } = found
  if (code === 'metadata_not_found') {
    return new ServerError(`there is no metadata at any known address of ${issuer} (404)`, {
      code,
      hint: `Check the issuer; see what each address answers: oauthctl discover ${shellWord(issuer)}; a server without metadata needs --authorization-endpoint URL and --token-endpoint URL`,
    })
  }
  return new ServerError(`${url} ${found.what}`, { code, hint, retryable })
}

function fault(
  code: string,
  what: string,
  more: { hint?: string; final?: boolean; retryable?: boolean } = {},
): { fault: MetadataFault } {
  return { fault: { code, what, hint: CHECK, final: false, ...more } }
}
