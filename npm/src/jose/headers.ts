/** Headers read before: an issuer's tokens have one or a few, and each is read once. */
import type { JoseHeader, Jwt } from './types.ts'

const kept = 16
const longest = 512

/** By the token's first part, of which a header is nothing but the meaning. */
export class KnownHeaders {
  readonly #known = new Map<string, JoseHeader>()

  /** A header of the caller's own, where the token's first part (up to `dot`) is known. */
  of(token: string, dot: number): JoseHeader | undefined {
    if (dot < 0 || dot > longest) return undefined
    const found = this.#known.get(token.slice(0, dot))
    return found && { ...found }
  }

  /** What the core said of a token, remembering its header. */
  noted<C extends object>(token: string, dot: number, text: string): Jwt<C> {
    const read = JSON.parse(text) as Jwt<C>
    if (dot <= longest && isFlat(read.header)) {
      const [oldest] = this.#known.keys()
      if (this.#known.size === kept && oldest !== undefined) this.#known.delete(oldest)
      // Letter by letter, for a slice would keep the whole token in memory.
      this.#known.set([...token.slice(0, dot)].join(''), { ...read.header })
    }
    return read
  }
}

/** Nothing in it that two callers could not share. */
function isFlat(header: object): boolean {
  return Object.values(header).every((value: unknown) => value === null || typeof value !== 'object')
}
