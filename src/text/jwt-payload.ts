/**
 * The claims of a JWT in its compact form, without any check: only for tokens that were verified when
 * they arrived. Empty where the text is no JWT.
 */
export function readJwtPayload(jwt: string): Record<string, unknown> {
  try {
    const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')
    const claims: unknown = JSON.parse(payload)
    return typeof claims === 'object' && claims !== null ? { ...claims } : {}
  } catch {
    return {}
  }
}
