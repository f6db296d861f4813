/** Stores as a logger may see them. */
import { type AnyStore, onSet, type Store } from 'nanostores'

/**
 * The same stores for a logger, such as `logger(redacted({ $profile, $draft }))` of `@nanostores/logger`: whoever
 * reads their value is told what kind of thing it is. Of a map the keys stay. What an action was called with, and what
 * it failed with, is redacted too. They are not copies: what is set through them is set.
 */
export function redacted<S extends Record<string, AnyStore>>(stores: S): S {
  return Object.fromEntries(Object.entries(stores).map(([name, store]) => [name, viewOf(store)])) as S
}

function viewOf(store: AnyStore): object {
  // Whoever is first here decides through which object nanostores reads what it tells every listener of `onSet`. That
  // must be the store itself: of a view the application's own listeners would get what is redacted.
  onSet(store as Store, () => {})
  return new Proxy(store as AnyStore & { readonly setKey?: unknown }, {
    get(target, key) {
      const found = Reflect.get(target, key) as unknown
      if (key === 'value' || key === 'init') return redactedValue(found, target.setKey !== undefined)
      if (key === 'get') return () => redactedValue((found as () => unknown)(), target.setKey !== undefined)
      return found
    },
    set(target, key, value) {
      // By this `@nanostores/logger` hears of actions: nothing else is a function under a symbol of that name.
      const hook = typeof key === 'symbol' && key.description === 'action-hook'
      return Reflect.set(target, key, hook ? quiet(value as ActionHook) : value)
    },
  })
}

type ActionHook = (
  id: unknown,
  name: string,
  args: unknown[],
) => [((error: unknown) => void) | undefined, (() => void) | undefined]

function quiet(hook: ActionHook): ActionHook {
  return (id, name, args) => {
    const [failed, ended] = hook(
      id,
      name,
      args.map((value) => kindOf(value)),
    )
    return [failed && ((error) => failed(new Error(`‹${nameOf(error)}›`))), ended]
  }
}

/** The code is what a program may react to; a message may quote what somebody typed. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}

function redactedValue(value: unknown, map: boolean): unknown {
  if (!map || typeof value !== 'object' || value === null) return kindOf(value)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, kindOf(member)]))
}

/** Nothing of its length either: what is sealed is padded, so that it does not show. */
function kindOf(value: unknown): string {
  if (value === undefined) return '‹nothing›'
  if (value === null || value === '') return '‹empty›'
  if (Array.isArray(value)) return '‹list›'
  if (value instanceof Uint8Array) return '‹bytes›'
  return typeof value === 'string' ? '‹text›' : `‹${typeof value}›`
}
