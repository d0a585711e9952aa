// The little of the D-Bus wire format that one question needs (D-Bus specification, "Message
// Format" and "Marshaling"), little-endian.

export interface MethodCall {
  serial: number
  destination: string
  path: string
  interface: string
  member: string
  /** Arguments, all of type string. */
  strings?: readonly string[]
}

const METHOD_CALL = 1
const METHOD_RETURN = 2
const ERROR = 3
const FIXED_HEADER = 16

/** One method call as it goes over the wire. */
export function encodeCall(call: MethodCall): Buffer {
  const strings = call.strings ?? []
  const fields = [
    field(1, 'o', string(call.path)),
    field(2, 's', string(call.interface)),
    field(3, 's', string(call.member)),
    field(6, 's', string(call.destination)),
    ...(strings.length === 0 ? [] : [field(8, 'g', signature('s'.repeat(strings.length)))]),
  ]
  const array = joinAligned(fields, 8)
  const body = joinAligned(strings.map(string), 4)
  const start = Buffer.concat([
    Buffer.from(['l'.charCodeAt(0), METHOD_CALL, 0, 1]),
    ...[body.length, call.serial, array.length].map(uint32),
    array,
  ])
  return joinAligned([start, body], 8)
}

/** How many whole replies (returns and errors, no signals) the bytes hold. */
export function countReplies(bytes: Buffer): number {
  let count = 0
  let at = 0
  while (bytes.length - at >= FIXED_HEADER) {
    const little = bytes[at] === 'l'.charCodeAt(0)
    const read = (offset: number) =>
      little ? bytes.readUInt32LE(at + offset) : bytes.readUInt32BE(at + offset)
    const length = FIXED_HEADER + aligned(read(12), 8) + read(4)
    if (bytes.length - at < length) break
    const type = bytes[at + 1]
    if (type === METHOD_RETURN || type === ERROR) count += 1
    at += length
  }
  return count
}

/** One member of the header's array: its code and a variant. */
function field(code: number, type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), value])
}

function string(text: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(`${text}\0`)])
}

function signature(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(`${text}\0`)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function aligned(length: number, boundary: number): number {
  return Math.ceil(length / boundary) * boundary
}

/** Each part after the first begins on the boundary. */
function joinAligned(parts: readonly Buffer[], boundary: number): Buffer {
  let joined = Buffer.alloc(0)
  for (const part of parts) {
    joined = Buffer.concat([
      joined,
      Buffer.alloc(aligned(joined.length, boundary) - joined.length),
      part,
    ])
  }
  return joined
}
