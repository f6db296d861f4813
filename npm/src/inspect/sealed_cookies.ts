/** Cookies that were sealed with a locker's key: their protected header says so in clear (locker format 1, "Cookie"). */
import { fromBase64url, toBase64url } from '../base64url.ts'
import type { InspectedCookie } from './types.ts'

/** Those of the locker with this `key_id`, by name. `header`: as `document.cookie` gives it. */
export function sealedCookies(header: string, keyId: Uint8Array): InspectedCookie[] {
  const pairs = new Map<string, string>()
  for (const pair of header.split(/; */)) {
    const at = pair.indexOf('=')
    if (at > 0 && !pairs.has(pair.slice(0, at))) pairs.set(pair.slice(0, at), pair.slice(at + 1))
  }
  const kid = toBase64url(keyId)
  const found: InspectedCookie[] = []
  for (const [name, value] of pairs) {
    // One that is too long is cut in two, and the first part begins with their number.
    const [, count = '1', rest = ''] = /^(?:(\d)~)?(.*)$/.exec(value) ?? []
    const said = protectedHeader(rest)
    if (said?.typ !== 'kbve-cookie' || typeof said.kid !== 'string') continue
    const [, of, epoch] = /^(.*)\.(\d+)$/.exec(said.kid) ?? []
    if (of !== kid) continue
    const parts = Number(count)
    let bytes = 0
    for (let n = 0; n < parts; n++) {
      const part = n === 0 ? name : `${name}.${n}`
      const text = pairs.get(part)
      if (text !== undefined) bytes += part.length + text.length
    }
    found.push({ name, bytes, parts, epoch: Number(epoch) })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function protectedHeader(value: string): Record<string, unknown> | undefined {
  const bytes = fromBase64url(value.slice(0, Math.max(0, value.indexOf('.'))))
  if (!bytes?.length) return undefined
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}
