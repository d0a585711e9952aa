import { writeSync } from 'node:fs'

export interface Written {
  /** What could not be written. */
  left: Uint8Array
  failure: unknown
}

/**
 * Writes all bytes to an open file, in as many calls as it takes: on a disk that is nearly full, one
 * call writes a part and reports no error. Undefined when everything is written; never throws.
 */
export function writeAll(descriptor: number, bytes: Uint8Array): Written | undefined {
  let left = bytes
  try {
    while (left.length > 0) left = left.subarray(writeSync(descriptor, left))
    return undefined
  } catch (failure) {
    return { left, failure }
  }
}
