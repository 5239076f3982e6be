import { createPublicKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

// Stands in for OpenSC's pkcs11-tool where there is none: as much of it as a gateway asks, with an RSA key from the file in
// HRE_TEST_CARD_KEY. card.test.ts is about the real one.
const { values } = parseArgs({
  options: {
    module: { type: 'string' },
    'token-label': { type: 'string' },
    'read-object': { type: 'boolean' },
    type: { type: 'string' },
    login: { type: 'boolean' },
    pin: { type: 'string' },
    sign: { type: 'boolean' },
    id: { type: 'string' },
    mechanism: { type: 'string' },
  },
})
const key = readFileSync(process.env['HRE_TEST_CARD_KEY']!, 'utf8')
if (values['read-object']) process.stdout.write(createPublicKey(key).export({ format: 'der', type: 'spki' }))
else if (values.sign && values.mechanism === 'SHA256-RSA-PKCS')
  process.stdout.write(sign('sha256', readFileSync(0), key))
else process.exit(1)
