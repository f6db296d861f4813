/** What is asked of a token, parsed by the core once for all calls that ask the same. */
import { door, type PolicyHandle } from './door.ts'
import type { JwtRules } from './types.ts'

/** Most applications ask one thing or two. */
const kept = 32
const known = new Map<string, PolicyHandle>()

/** Keyed by what they say and not by the object, so that a changed object is another set of rules. */
export function policyOf(rules: JwtRules): PolicyHandle {
  for (const name in rules) {
    // A check that somebody wanted and whose value went missing must not become a check not made.
    if (rules[name as keyof JwtRules] === undefined) {
      throw new TypeError(`${name} is undefined; give it a value, or leave it out for no such check.`)
    }
  }
  const text = JSON.stringify(rules)
  const found = known.get(text)
  if (found !== undefined) return found
  const made = door().parsePolicy(text)
  const [oldest] = known
  if (known.size === kept && oldest) {
    known.delete(oldest[0])
    door().freePolicy(oldest[1])
  }
  known.set(text, made)
  return made
}
