/** base64url by the browser itself, where it can: several times as fast as code that goes letter by letter. */

/** ECMAScript 2026; not in TypeScript's library yet. */
interface Decoding {
  setFromBase64?(
    text: string,
    options: { alphabet: 'base64url'; lastChunkHandling: 'loose' },
  ): { read: number; written: number }
}

const options = { alphabet: 'base64url', lastChunkHandling: 'loose' } as const
/** The letters that a text may end with when its last byte takes two or three of them (RFC 4648 section 3.5). */
const lastLetters = ['', '', 'AQgw', 'AEIMQUYcgkosw048']

/** Whether what a text ends with is strict, as far as its letters are those of base64url. */
function endsWell(text: string): boolean {
  const odd = text.length & 3
  return odd === 0 || (lastLetters[odd]?.includes(text[text.length - 1] as string) ?? false)
}

/** Whether a text is strict base64url without padding. */
export function isStrict(text: string): boolean {
  return (text === '' || endsWell(text)) && /^[\w-]*$/.test(text)
}

/** Decodes strict base64url without padding and answers how many bytes it was; −1 where this browser cannot, or the
 *  text is not strict, which the core then says better. */
export function decodeInto(text: string, to: Uint8Array & Decoding): number {
  if (!to.setFromBase64) return -1
  try {
    const { written } = to.setFromBase64(text, options)
    // Blanks and padding are letters that gave no bytes.
    return written === (text.length * 3) >> 2 && endsWell(text) ? written : -1
  } catch {
    return -1
  }
}
