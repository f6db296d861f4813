/**
 * Why a token that jose takes is refused here. Each reason is found in the token itself, not in what our side
 * says of it, and stands in docs/tokens.md by its name.
 */

const longestToken = 65_536
const deepest = 32
const mostMembers = 1_024
const ownNames = 'alg jku jwk kid x5u x5c x5t x5t#S256 typ cty crit enc zip'.split(' ')

const lenient = (part) => Buffer.from(part, 'base64url')
const parts = (token) => token.split('.')
const texts = (token) =>
  parts(token)
    .slice(0, 2)
    .map((part) => lenient(part).toString())

function headerOf(token) {
  try {
    return JSON.parse(texts(token)[0].replace(/^\ufeff/, ''))
  } catch {
    return {}
  }
}

/** What JSON.parse does not tell: names twice in one object, depth, members, and strings that are half. */
function look(text) {
  const found = { twice: false, half: false, depth: 0, members: 0 }
  const open = []
  let nameNext = false
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/gs)) {
    if (piece === '{' || piece === '[') {
      open.push(piece === '{' ? new Set() : undefined)
      nameNext = piece === '{'
      found.depth = Math.max(found.depth, open.length)
    } else if (piece === '}' || piece === ']') {
      open.pop()
      nameNext = false
    } else if (piece === ',') {
      nameNext = open.at(-1) !== undefined
    } else {
      let value = ''
      try {
        value = JSON.parse(piece)
      } catch {
        return found
      }
      if (!value.isWellFormed()) found.half = true
      if (nameNext) {
        const names = open.at(-1)
        if (names.has(value)) found.twice = true
        names.add(value)
        found.members = Math.max(found.members, names.size)
        nameNext = false
      }
    }
  }
  return found
}

const anyJson = (token, fits) => texts(token).some((text) => fits(look(text)))

function wellFormedUtf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)[0] !== '\ufeff'
  } catch {
    return false
  }
}

export const reasons = [
  {
    name: 'loose base64url',
    applies: (token) => parts(token).some((part) => lenient(part).toString('base64url') !== part),
  },
  { name: 'a member named twice', applies: (token) => anyJson(token, ({ twice }) => twice) },
  { name: 'half a surrogate pair', applies: (token) => anyJson(token, ({ half }) => half) },
  {
    name: 'deep or wide JSON',
    applies: (token) => anyJson(token, (o) => o.depth > deepest || o.members > mostMembers),
  },
  {
    name: 'bytes that are not UTF-8',
    applies: (token) =>
      parts(token)
        .slice(0, 2)
        .some((part) => !wellFormedUtf8(lenient(part))),
  },
  {
    name: 'kid or typ that is no text',
    applies: (token) =>
      ['kid', 'typ'].some((name) => name in headerOf(token) && typeof headerOf(token)[name] !== 'string'),
  },
  {
    name: 'times that are not finite',
    applies(token) {
      try {
        const claims = JSON.parse(texts(token)[1])
        return ['exp', 'nbf', 'iat'].some((name) => Math.abs(claims[name]) === Number.POSITIVE_INFINITY)
      } catch {
        return false
      }
    },
  },
  {
    name: 'crit with b64, a name twice, or one of the RFC’s own',
    applies(token) {
      const { crit } = headerOf(token)
      if (!Array.isArray(crit)) return false
      return (
        new Set(crit).size < crit.length || crit.some((name) => name === 'b64' || ownNames.includes(name))
      )
    },
  },
  { name: 'a token over maxBytes', applies: (token) => token.length > longestToken },
]
