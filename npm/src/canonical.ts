/** The one way in which locker format 1 makes bytes of values: for macs, and for what a cipher binds. */

/** A record of the format is its values in their order, so they are passed in that order. */
type Canonical = string | number | Uint8Array | object

/** `canonical(…)` of locker format 1. A byte string or text is a u32 length and its bytes, an integer a u64, a list a u32 count before its items; all
 *  numbers big-endian. */
export function canonical(value: Canonical): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  write(parts, value)
  return concatenated(parts)
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function write(out: Uint8Array[], value: Canonical): void {
  if (typeof value === 'string') write(out, new TextEncoder().encode(value))
  else if (typeof value === 'number') out.push(u32(value / 2 ** 32), u32(value))
  else if (value instanceof Uint8Array) out.push(u32(value.length), value)
  else {
    if (Array.isArray(value)) out.push(u32(value.length))
    for (const item of Object.values(value)) write(out, item as Canonical)
  }
}

/** Big-endian. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value)
}
