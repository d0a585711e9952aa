import type { OauthctlError } from '../errors/families.ts'
import { checkIssuer } from './issuer.ts'
import { cachedGet, type CachedGetDeps } from './cached-get.ts'
import {
  judgeMetadata,
  metadataError,
  noAnswer,
  type GoodMetadata,
  type MetadataFault,
} from './metadata-answer.ts'
import { metadataAddresses, type MetadataAddress } from './well-known.ts'

/** What one metadata address answered. */
export interface DiscoveryStep extends MetadataAddress {
  fault: MetadataFault | undefined
}

export type Discovery =
  | ({ kind: 'found'; url: string; steps: DiscoveryStep[] } & GoodMetadata)
  | { kind: 'failed'; error: OauthctlError; steps: DiscoveryStep[] }

/**
 * Looks for an issuer's metadata at every address that the specifications know, and stops at the
 * first good one, or at a fault that the rest would share (no connection) or that must not be
 * outvoted (another issuer). Never throws for what a server answers; `UsageError` for an issuer
 * that is no issuer.
 */
export async function discover(
  deps: CachedGetDeps,
  issuer: string,
  options: { revalidate?: boolean } = {},
): Promise<Discovery> {
  checkIssuer(issuer)
  const steps: DiscoveryStep[] = []
  let worst: { url: string; fault: MetadataFault; cause?: unknown } | undefined
  for (const address of metadataAddresses(issuer)) {
    const answer = await ask(deps, issuer, address.url, options.revalidate ?? false)
    if ('metadata' in answer) {
      steps.push({ ...address, fault: undefined })
      return { kind: 'found', ...answer, url: address.url, steps }
    }
    steps.push({ ...address, fault: answer.fault })
    // 'not found' says least, so any other fault is what the user is told.
    if (!worst || worst.fault.code === 'metadata_not_found' || answer.fault.final) {
      worst = { url: address.url, fault: answer.fault, cause: answer.cause }
    }
    if (answer.fault.final) break
  }
  if (!worst) throw new Error('an issuer has at least one metadata address')
  return { kind: 'failed', error: metadataError(issuer, worst), steps }
}

type Answer = GoodMetadata | { fault: MetadataFault; cause?: unknown }

async function ask(
  deps: CachedGetDeps,
  issuer: string,
  url: string,
  revalidate: boolean,
): Promise<Answer> {
  try {
    const fetched = await cachedGet(deps, { url, revalidate, accept: 'application/json' })
    const judged = await judgeMetadata(issuer, fetched.response)
    if ('metadata' in judged) fetched.keep()
    return judged
  } catch (cause) {
    return { fault: noAnswer(cause), cause }
  }
}
