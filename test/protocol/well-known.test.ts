import { expect, test } from 'vitest'
import { issuerOfMetadataAddress, metadataAddresses } from '../../src/protocol/well-known.ts'

const OPENID = '/.well-known/openid-configuration'
const OAUTH = '/.well-known/oauth-authorization-server'

test.each([
  ['https://host', [`https://host${OPENID}`, `https://host${OAUTH}`]],
  ['https://host/', [`https://host${OPENID}`, `https://host${OAUTH}`]],
  ['https://host:8443', [`https://host:8443${OPENID}`, `https://host:8443${OAUTH}`]],
  [
    'https://host/tenant',
    [
      `https://host/tenant${OPENID}`,
      `https://host${OAUTH}/tenant`,
      `https://host${OPENID}/tenant`,
      `https://host/tenant${OAUTH}`,
    ],
  ],
  [
    'https://host/a/b/',
    [
      `https://host/a/b${OPENID}`,
      `https://host${OAUTH}/a/b`,
      `https://host${OPENID}/a/b`,
      `https://host/a/b${OAUTH}`,
    ],
  ],
])('%s is asked in the order of the specifications', (issuer, urls) => {
  expect(metadataAddresses(issuer).map(({ url }) => url)).toEqual(urls)
})

test.each([
  [`https://host${OPENID}`, 'https://host'],
  [`https://host/a/b${OPENID}`, 'https://host/a/b'],
  [`https://host${OAUTH}/tenant`, 'https://host/tenant'],
  [`https://host/tenant${OAUTH}`, 'https://host/tenant'],
  ['https://host/tenant', undefined],
  [`https://host${OPENID}-x`, undefined],
])('%s belongs to %s', (address, issuer) => {
  expect(issuerOfMetadataAddress(address)).toBe(issuer)
})
