import { toBase64url } from '../reference/shapes.ts'

/** Under which name the key of a device slot lies in the store `keys`. */
export function deviceKeyName(slot: { id: Uint8Array }): string {
  return `device/${toBase64url(slot.id)}`
}
