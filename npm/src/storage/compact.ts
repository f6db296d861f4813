import type { SealedRecord } from '../format.ts'

/**
 * The record with every byte array in a buffer of its own. A structured clone copies a view's whole
 * buffer: a 12-byte nonce cut out of WASM memory would take all of that memory to the disk.
 */
export function compact(record: SealedRecord): SealedRecord {
  const { writer, nonce, box } = record
  if (isWhole(writer) && isWhole(nonce) && isWhole(box)) return record
  return { ...record, writer: writer.slice(), nonce: nonce.slice(), box: box.slice() }
}

function isWhole(bytes: Uint8Array<ArrayBuffer>): boolean {
  return bytes.length === bytes.buffer.byteLength
}
