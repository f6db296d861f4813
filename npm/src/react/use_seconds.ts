/** Seconds that are counted down while somebody looks. */
import { useCallback, useSyncExternalStore } from 'react'

const none = () => 0

/** Whole seconds until `at` (milliseconds since 1970), 0 when it is past or there is none; on a server always 0. */
export function useSecondsUntil(at: number | undefined, clock: () => number = Date.now): number {
  const left = () => Math.max(0, Math.ceil(((at ?? 0) - clock()) / 1000))
  const subscribe = useCallback(
    (tell: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const wait = () => {
        const rest = (at ?? 0) - clock()
        // To the moment at which the number of seconds becomes another one.
        if (rest > 0) timer = setTimeout(next, ((rest - 1) % 1000) + 1)
      }
      const next = () => {
        tell()
        wait()
      }
      wait()
      return () => clearTimeout(timer)
    },
    [at, clock],
  )
  return useSyncExternalStore(subscribe, left, none)
}
