import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  /** The file of the private certificate authority. */
  caFile: string
  /** A certificate for 127.0.0.1 and localhost. */
  good: { key: string; cert: string }
  /** One for another host. */
  wrongHost: { key: string; cert: string }
  /** One that has expired. */
  expired: { key: string; cert: string }
  remove(): void
}

/** A private certificate authority and some certificates of it, made by openssl. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'oauthctl-ca-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  const asCa = ['-addext', 'basicConstraints=critical,CA:TRUE']
  openssl(
    'req',
    '-x509',
    ...ec,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
    ...asCa,
  )

  function issue(name: string, altName: string, days: string[]): { key: string; cert: string } {
    openssl('req', ...ec, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    writeFileSync(at(`${name}.ext`), `subjectAltName=${altName}\n`)
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...ca,
      '-out',
      `${name}.pem`,
      '-extfile',
      `${name}.ext`,
      ...days,
    )
    return {
      key: readFileSync(at(`${name}.key`), 'utf8'),
      cert: readFileSync(at(`${name}.pem`), 'utf8'),
    }
  }
  const own = 'IP:127.0.0.1,DNS:localhost'
  return {
    caFile: at('ca.pem'),
    good: issue('good', own, ['-days', '2']),
    wrongHost: issue('wrong', 'DNS:other.example.com', ['-days', '2']),
    expired: issue('expired', own, ['-days', '-1']),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
