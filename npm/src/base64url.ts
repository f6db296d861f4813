/** Bytes as base64url text without padding (RFC 4648, section 5), and back. */

export function toBase64url(bytes: Uint8Array): string {
  // In pieces: one call with the whole array would overflow the stack for large values.
  let binary = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** `undefined` when the text is not base64url without padding. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  // The last character's unused bits must be zero, so that one value has one spelling.
  return toBase64url(bytes.subarray(bytes.length - (bytes.length % 3))) ===
    text.slice(Math.floor(text.length / 4) * 4)
    ? bytes
    : undefined
}
