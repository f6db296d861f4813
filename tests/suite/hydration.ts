/** React taking over what a server drew, and what it says about it. */
import type { ReactNode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import type { SuiteContext } from './harness.ts'

/** Everything React complains about while `body` runs. */
export async function complaints(body: (note: (what: unknown) => void) => unknown): Promise<string[]> {
  const said: string[] = []
  const { error, warn } = console
  const note = (...what: unknown[]) => void said.push(what.join(' '))
  Object.assign(console, { error: note, warn: note })
  try {
    await body(note)
  } finally {
    Object.assign(console, { error, warn })
  }
  return said
}

/** Hydrates what a server drew, and answers the element it is in. */
export function hydrated(
  t: SuiteContext,
  html: string,
  node: ReactNode,
  note: (what: unknown) => void,
): HTMLElement {
  const element = document.createElement('div')
  element.innerHTML = html
  document.body.append(element)
  const root = hydrateRoot(element, node, { onRecoverableError: note, onUncaughtError: note })
  t.after(() => {
    root.unmount()
    element.remove()
  })
  return element
}
