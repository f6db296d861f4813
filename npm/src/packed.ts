/** Reads and writes the packed form in which items cross the WASM boundary: little-endian, without gaps. */
import type { RecordKind } from './format.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const recordKinds: readonly RecordKind[] = ['json', 'bytes', 'gone', 'parts']

/** Up to here a loop over characters is quicker than an encoder that has to be called. */
const shortText = 256

/** WASM memory as it is now; another one once it has grown. */
export class Memory {
  readonly bytes: Uint8Array
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

/** Writes from `start` on, where there is room enough; see `textBound`. */
export class PackedWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #start: number
  #at: number

  constructor(memory: Memory, start: number) {
    this.#bytes = memory.bytes
    this.#view = memory.view
    this.#start = start
    this.#at = start
  }

  /** How much is written. */
  get length(): number {
    return this.#at - this.#start
  }

  u8(value: number): void {
    this.#bytes[this.#at] = value
    this.#at += 1
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  f64(value: number): void {
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  bytes(value: Uint8Array): void {
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  /** An id: u16 length and UTF-8. */
  id(text: string): void {
    const written = this.#utf8(text, this.#at + 2)
    this.#view.setUint16(this.#at, written, true)
    this.#at += 2 + written
  }

  /** u32 length and UTF-8. */
  text(text: string): void {
    const written = this.#utf8(text, this.#at + 4)
    this.u32(written)
    this.#at += written
  }

  #utf8(text: string, at: number): number {
    const bytes = this.#bytes
    const { length } = text
    if (length <= shortText) {
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        bytes[at + i] = code
      }
      if (i === length) return length
    }
    return encoder.encodeInto(text, bytes.subarray(at)).written
  }
}

/** No text takes more UTF-8 bytes than three times its UTF-16 length. */
export function textBound(text: string): number {
  return text.length * 3
}

/** Reads from `start` on what the core wrote; everything taken out is a copy. */
export class PackedReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #start: number
  #at: number

  constructor(memory: Memory, start: number) {
    this.#bytes = memory.bytes
    this.#view = memory.view
    this.#start = start
    this.#at = start
  }

  /** Zeroes what was read. */
  wipe(): void {
    this.#bytes.fill(0, this.#start, this.#at)
  }

  /** Passes over what is known, and gives that. */
  skip<T>(length: number, known: T): T {
    this.#at += length
    return known
  }

  u8(): number {
    const value = this.#view.getUint8(this.#at)
    this.#at += 1
    return value
  }

  u16(): number {
    const value = this.#view.getUint16(this.#at, true)
    this.#at += 2
    return value
  }

  u32(): number {
    const value = this.#view.getUint32(this.#at, true)
    this.#at += 4
    return value
  }

  f64(): number {
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const copy = this.#bytes.slice(this.#at, this.#at + length)
    this.#at += length
    return copy as Uint8Array<ArrayBuffer>
  }

  text(length: number): string {
    const text = decoder.decode(this.#bytes.subarray(this.#at, this.#at + length))
    this.#at += length
    return text
  }
}
