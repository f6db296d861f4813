/** A picture of three MiB. */
export const file = new Blob([new Uint8Array(3 * 2 ** 20).fill(7)], { type: 'image/png' })
