/** A cryptographic source of random bytes. */
export interface Random {
  bytes(length: number): Uint8Array
}

/** `length` random bytes as base64url without padding (32 bytes give 43 characters, RFC 7636 section 4.1). */
export function randomText(random: Random, length = 32): string {
  return Buffer.from(random.bytes(length)).toString('base64url')
}
