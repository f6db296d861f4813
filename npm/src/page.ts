/** What happens to the page around a locker. */

/** Calls back when the page is shown again. Nothing outside browsers. Returns how to stop it. */
export function watchPage(on: { restored(): void; visible(): void }): () => void {
  if (typeof document === 'undefined' || typeof addEventListener !== 'function') return () => {}
  // Out of the back/forward cache: messages of other tabs did not arrive meanwhile.
  const onShow = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) on.restored()
  }
  const onVisibility = () => {
    if (document.visibilityState === 'visible') on.visible()
  }
  addEventListener('pageshow', onShow)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    removeEventListener('pageshow', onShow)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

/** Whether the browser promised to keep this origin's data. */
export async function isPersisted(): Promise<boolean> {
  const { navigator } = globalThis as { navigator?: { storage?: Partial<StorageManager> } }
  try {
    return (await navigator?.storage?.persisted?.()) ?? false
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
