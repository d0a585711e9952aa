import { UsageError } from '../errors/families.ts'
import type { ClientKey } from './load-private-key.ts'

/**
 * The JWS algorithm (RFC 7518 section 3.1, RFC 8037) for a private key: the one that its JWK names,
 * else the first that fits the key and that the server offers. Throws a `UsageError` when none does.
 */
export function signingAlgorithm(key: ClientKey, offered: string[] | undefined): string {
  const fitting = fittingAlgorithms(key)
  if (key.alg !== undefined && !fitting.includes(key.alg)) {
    throw new UsageError(`the client key says that it is for ${key.alg}, which it does not fit`, {
      code: 'client_key_unusable',
      hint: `It fits: ${fitting.join(', ')}`,
    })
  }
  const candidates = key.alg === undefined ? fitting : [key.alg]
  const found = offered ? candidates.find((alg) => offered.includes(alg)) : candidates[0]
  if (found !== undefined) return found
  throw new UsageError(
    `the server takes no signature that the client key can make (${candidates.join(', ')})`,
    {
      code: 'client_key_unusable',
      hint: `The server takes: ${(offered ?? []).join(', ')}; make a fitting key: oauthctl key generate`,
    },
  )
}

const CURVES: Record<string, string> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

function fittingAlgorithms({ key }: ClientKey): string[] {
  const type = key.asymmetricKeyType
  const curve = key.asymmetricKeyDetails?.namedCurve ?? ''
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < 2048) {
    throw new UsageError(`the client key is an RSA key of ${bits} bits, and 2048 are needed`, {
      code: 'client_key_unusable',
      hint: 'Make a new one, and have its public part registered: oauthctl key generate',
    })
  }
  if (type === 'rsa') return ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512']
  if (type === 'rsa-pss') return ['PS256', 'PS384', 'PS512']
  if (type === 'ec' && CURVES[curve] !== undefined) return [CURVES[curve]]
  // RFC 9864 gives EdDSA with this curve a name of its own; most servers know the old one only.
  if (type === 'ed25519') return ['EdDSA', 'Ed25519']
  throw new UsageError(`no signature algorithm is known for a key of type ${type ?? 'unknown'}`, {
    code: 'client_key_unusable',
    hint: 'Use an RSA, P-256, P-384, P-521 or Ed25519 key: oauthctl key generate',
  })
}
