/** What happens to the page around a locker. */

export interface PageEvents {
  /** The page came back, and messages may have been missed. */
  restored(): void
  /** The page is looked at again. */
  visible(): void
}

/** Calls back when the page is shown again. Nothing outside browsers. Returns how to stop it. */
export function watchPage(on: PageEvents): () => void {
  if (typeof document === 'undefined') return () => {}
  const stop = new AbortController()
  const { signal } = stop
  // Out of the back/forward cache: messages of other tabs did not arrive meanwhile.
  addEventListener('pageshow', (event) => (event as PageTransitionEvent).persisted && on.restored(), {
    signal,
  })
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && on.visible(),
    { signal },
  )
  return () => stop.abort()
}

/** Whether the browser promised to keep this origin's data. `ask`: for that promise, which may ask the person. */
export async function isPersisted(ask?: boolean): Promise<boolean> {
  const { navigator } = globalThis as { navigator?: { storage?: Partial<StorageManager> } }
  try {
    return (await navigator?.storage?.[ask ? 'persist' : 'persisted']?.()) ?? false
  } catch {
    return false
  }
}

/** Lets the page breathe between two pieces of work. Not a timer: browsers slow those down in hidden pages. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
