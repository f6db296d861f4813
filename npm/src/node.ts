/** Node's own modules, found without an `import` that a bundler for browsers would stumble over. */

interface NodeModules {
  'node:fs': typeof import('node:fs')
  'node:worker_threads': typeof import('node:worker_threads')
}

/** The module, or `undefined` outside node (and what is like it). */
export function nodeModule<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name) as NodeModules[K] | undefined
}

/** Whether there is a page or a web worker around us. */
export function inBrowser(): boolean {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis
}

/** Lets a timer not keep node alive; browsers have nothing to do. */
export function unref(timer: unknown): void {
  ;(timer as { unref?: () => void }).unref?.()
}

/** Waits for `work`, but not longer than this many milliseconds, and whatever becomes of it. */
export async function within(limit: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit)
    unref(timer)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}
