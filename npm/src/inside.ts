/**
 * How the other entries of the package get at the inside of a locker, and nobody else does: the way is kept beside
 * the locker, not on it, and this module is no entry of the package.
 */
import type { Lifecycle } from './lifecycle.ts'

const insides = /* @__PURE__ */ new WeakMap<object, Lifecycle>()

export function grant(locker: object, inside: Lifecycle): void {
  insides.set(locker, inside)
}

/** Of a locker that this copy of the package made. */
export function insideOf(locker: object): Lifecycle | undefined {
  return insides.get(locker)
}
