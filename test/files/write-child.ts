// A program that writes more than it may, and tells which error came of it.
import { OauthctlError } from '../../src/errors/families.ts'
import { writePrivateFile } from '../../src/files/private-files.ts'

process.on('SIGXFSZ', () => {})
try {
  writePrivateFile(process.argv[2] ?? '', 'x'.repeat(100_000))
  process.stdout.write('written')
} catch (error) {
  process.stdout.write(error instanceof OauthctlError ? error.code : String(error))
}
