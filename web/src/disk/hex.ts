/** `maximum` bytes as hex, in pairs, with an ellipsis when there are more. */
export function hex(bytes: Uint8Array, maximum = bytes.length): string {
  const pairs = Array.from(bytes.subarray(0, maximum), (byte) => byte.toString(16).padStart(2, '0'))
  return pairs.join(' ') + (bytes.length > maximum ? ' …' : '')
}

export function tight(bytes: Uint8Array): string {
  return hex(bytes).replaceAll(' ', '')
}

/** "312 B", "4.1 kB" */
export function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`
}
