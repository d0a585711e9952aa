import { expect, test } from 'vitest'
import { withGivenEndpoints } from '../../src/protocol/server.ts'

test('an endpoint that is given wins over the metadata and over its alias for mutual TLS', () => {
  const metadata = {
    issuer: 'https://as.example.com',
    token_endpoint: 'https://as.example.com/token',
    revocation_endpoint: 'https://as.example.com/revoke',
    mtls_endpoint_aliases: {
      token_endpoint: 'https://mtls.example.com/token',
      revocation_endpoint: 'https://mtls.example.com/revoke',
    },
  }
  const revocation = { revocation_endpoint: 'https://other.example.com/revoke' }
  expect(withGivenEndpoints(metadata, revocation)).toEqual({
    ...metadata,
    ...revocation,
    mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.com/token' },
  })
  expect(withGivenEndpoints({ issuer: 'https://as.example.com' }, {})).toEqual({
    issuer: 'https://as.example.com',
  })
})
