import type { SealedRecord } from '../format.ts'

/**
 * The record with every byte array in a buffer of its own. A structured clone copies a view's whole
 * buffer: a 12-byte nonce cut out of WASM memory would take all of that memory to the disk.
 */
export function compact(record: SealedRecord): SealedRecord {
  return { ...record, writer: own(record.writer), nonce: own(record.nonce), box: own(record.box) }
}

function own(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice()
}
