/** What a comment `// → value` of the documentation becomes. */
import { LockerError } from '@kbve/locker'

const more = Symbol('whatever else is there')
/** What `…` alone stands for. */
export const anything = Symbol('anything')

/** Spread into a list or an object it leaves the mark that more may follow. */
const rest = {
  [more]: true,
  *[Symbol.iterator]() {
    yield more
  },
  // biome-ignore lint/suspicious/noExplicitAny: it stands in lists and objects of every type
} as any

function fitsText(actual: unknown, expected: string): boolean {
  if (typeof actual !== 'string' || !expected.includes('…')) return actual === expected
  const parts = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`).test(actual)
}

function fitsList(actual: unknown, expected: readonly unknown[]): boolean {
  if (!Array.isArray(actual)) return false
  const open = expected.at(-1) === more
  const wanted = open ? expected.slice(0, -1) : expected
  return (
    (open ? actual.length >= wanted.length : actual.length === wanted.length) &&
    wanted.every((each, i) => fits(actual[i], each))
  )
}

/** Whether it is what was expected, as far as that says. */
export function fits(actual: unknown, expected: unknown): boolean {
  if (expected === anything) return true
  if (typeof expected === 'string') return fitsText(actual, expected)
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected)
  if (expected instanceof Uint8Array)
    return actual instanceof Uint8Array && fitsList([...actual], [...expected])
  if (Array.isArray(expected)) return fitsList(actual, expected)
  if (typeof actual !== 'object' || actual === null) return false
  const wanted = Object.keys(expected)
  const has = Object.keys(actual).filter((key) => actual[key as keyof object] !== undefined)
  return (
    wanted.every((key) => fits(actual[key as keyof object], expected[key as keyof object])) &&
    (more in expected || has.every((key) => wanted.includes(key)))
  )
}

const shown = (value: unknown) =>
  JSON.stringify(value, (_, each) => (each instanceof Uint8Array ? [...each] : each), 1) ?? String(value)

// biome-ignore lint/suspicious/noExplicitAny: see above
export function equals(actual: unknown, expected: (rest: any) => unknown, where: string): void {
  if (!fits(actual, expected(rest))) throw new Error(`${where}: it is ${shown(actual)}`)
}

export async function throwsCode(work: () => unknown, code: string, where: string): Promise<void> {
  let thrown: unknown
  try {
    await work()
  } catch (error) {
    thrown = error
  }
  if (!(thrown instanceof LockerError) || thrown.code !== code)
    throw new Error(`${where}: ${thrown === undefined ? 'it throws nothing' : `it throws ${String(thrown)}`}`)
}
