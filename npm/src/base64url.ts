/** Bytes as base64url text without padding (RFC 4648, section 5), and JSON in which bytes are such texts. */

export function toBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** `undefined` when the text is not base64url without padding. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
  // The last character's unused bits must be zero, so that one value has one spelling.
  return text.endsWith(toBase64url(bytes.slice(bytes.length - (bytes.length % 3)))) ? bytes : undefined
}

/** JSON text in which every byte array is base64url. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    field instanceof Uint8Array ? toBase64url(field) : field,
  )
}

/** What `toJson` wrote; `bytes` names the fields that are bytes. Throws where it is no JSON. */
export function fromJson(text: string, bytes: readonly string[]): unknown {
  return JSON.parse(text, (key, field: unknown) =>
    bytes.includes(key) && typeof field === 'string' ? fromBase64url(field) : field,
  )
}
