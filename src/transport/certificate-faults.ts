/** What is wrong with a server's certificate, in words, and what to do about it. */
export interface CertificateFault {
  /** Follows 'the certificate of HOST'. */
  what: string
  hint: string
}

const CLOCK = "Check this machine's clock; if it is right, tell the operator of the server"
const INTERCEPTED =
  'If your network inspects TLS, or the server uses an authority of your own, name its file with --ca FILE (or NODE_EXTRA_CA_CERTS)'

// Node reports certificate faults under OpenSSL's names, which share no prefix.
const FAULTS = new Map<string, CertificateFault>([
  ['CERT_HAS_EXPIRED', { what: 'has expired', hint: CLOCK }],
  ['CERT_NOT_YET_VALID', { what: 'is not valid yet', hint: CLOCK }],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      what: 'is for another host',
      hint: 'Check the address; a login page of the network may answer in place of the server',
    },
  ],
  ['CERT_REVOKED', { what: 'was revoked', hint: 'Tell the operator of the server' }],
])

/** The fault behind an error code, or undefined for codes that are about something else. */
export function certificateFault(code: string): CertificateFault | undefined {
  const known = FAULTS.get(code)
  if (known) return known
  if (!/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CA_|ERR_TLS/.test(code)) {
    return undefined
  }
  return { what: `is signed by nobody that is trusted here (${code})`, hint: INTERCEPTED }
}
