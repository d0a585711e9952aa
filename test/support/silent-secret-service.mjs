// A program that owns `org.freedesktop.secrets` on the session bus and never answers a call, as a
// keychain daemon does whose process is stopped. It speaks just enough of the D-Bus wire protocol
// (D-Bus specification, sections "Authentication Protocol" and "Message Protocol") to own the name.
import { connect } from 'node:net'

const METHOD_CALL = 1
const BUS = 'org.freedesktop.DBus'

function pad(parts, boundary) {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.alloc((boundary - (length % boundary)) % boundary)
}

function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function string(text) {
  return Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(`${text}\0`)])
}

/** One member of the header's array: a field code and a variant of type `s`, `o` or `g`. */
function field(code, type, text) {
  const value =
    type === 'g'
      ? Buffer.concat([Buffer.from([text.length]), Buffer.from(`${text}\0`)])
      : string(text)
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value])
}

function call(serial, member, signature, body) {
  const fields = []
  for (const part of [
    field(1, 'o', '/org/freedesktop/DBus'),
    field(2, 's', BUS),
    field(3, 's', member),
    field(6, 's', BUS),
    ...(signature === '' ? [] : [field(8, 'g', signature)]),
  ]) {
    fields.push(pad(fields, 8), part)
  }
  const array = Buffer.concat(fields)
  const head = [
    Buffer.from(['l'.charCodeAt(0), METHOD_CALL, 0, 1]),
    u32(body.length),
    u32(serial),
    u32(array.length),
    array,
  ]
  return Buffer.concat([...head, pad(head, 8), body])
}

const address = /(?:^|;)unix:path=([^,;]+)/.exec(process.env.DBUS_SESSION_BUS_ADDRESS ?? '')?.[1]
if (address === undefined) throw new Error('DBUS_SESSION_BUS_ADDRESS names no unix:path')
const name = string('org.freedesktop.secrets')
const body = Buffer.concat([name, pad([name], 4), u32(4)])

const socket = connect(address)
const uid = Buffer.from(String(process.getuid())).toString('hex')
socket.write(`\0AUTH EXTERNAL ${uid}\r\n`)
socket.once('data', (answer) => {
  if (!answer.toString().startsWith('OK ')) throw new Error('the bus refused us')
  socket.write('BEGIN\r\n')
  socket.write(call(1, 'Hello', '', Buffer.alloc(0)))
  socket.write(call(2, 'RequestName', 'su', body))
  let seen = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    seen = Buffer.concat([seen, chunk])
    // The bus signals NameAcquired as soon as the name is ours; every later message is left unanswered.
    if (!seen.includes('NameAcquired') || !seen.includes('org.freedesktop.secrets')) return
    if (seen.length > 0) process.stdout.write('ready\n')
    socket.removeAllListeners('data').resume()
  })
})
