import { loadKeyring } from '../../src/stores/keyring-binding.ts'

process.stdout.write(typeof loadKeyring().AsyncEntry.prototype.getSecret)
