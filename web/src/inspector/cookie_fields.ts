/** A sealed cookie taken apart: a JWE in compact form (RFC 7516), five parts with dots between. */
import type { Field, Place, Section } from './fields.ts'

export interface SealedCookie {
  name: string
  /** As it lies in the jar. */
  value: string
}

/** The page's sealed cookies with these names. */
export function cookiesNamed(names: readonly string[]): SealedCookie[] {
  return document.cookie.split('; ').flatMap((pair) => {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    return names.includes(name) ? [{ name, value: pair.slice(at + 1) }] : []
  })
}

const utf8 = new TextEncoder()

const parts = [
  {
    name: 'header',
    words:
      'The protected header, base64url: which cipher, which key, and the name of the cookie, so that a value cannot be moved to another one.',
  },
  { name: 'encrypted_key', words: 'Empty: the key is the locker’s own ("dir").' },
  { name: 'iv', words: 'The nonce: 12 random bytes as base64url.' },
  { name: 'ciphertext', words: 'What only the key opens.' },
  { name: 'tag', words: 'Proves that neither header nor ciphertext was changed.' },
]

export function cookieSections({ name, value }: SealedCookie): Section[] {
  const place: Place = { store: 'cookie', key: name, path: [] }
  const fields: Field[] = []
  let at = 0
  for (const [i, text] of value.split('.').entries()) {
    const part = parts[i]
    if (!part) break
    const shown = i === 0 ? decoded(text) : undefined
    fields.push({
      id: part.name,
      ...part,
      lead: 0,
      bytes: utf8.encode(text),
      place: { ...place, path: [at] },
      ...(shown ? { text: shown } : {}),
    })
    at += text.length + 1
  }
  return [
    {
      id: 'jwe',
      title: 'JWE, compact',
      words: 'The characters as they lie in the cookie; any JOSE library opens it with the key.',
      fields: fields.filter(({ bytes }) => bytes.length > 0),
    },
  ]
}

function decoded(text: string): string | undefined {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}
