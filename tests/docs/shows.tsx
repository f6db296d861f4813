/** Renders a block's `App` in the page, and waits for a text in it. */
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

export async function shows(element: ReactNode, text: string): Promise<void> {
  const place = document.body.appendChild(document.createElement('div'))
  const mistakes: unknown[] = []
  const root = createRoot(place, { onUncaughtError: (error) => mistakes.push(error) })
  root.render(element)
  const end = performance.now() + 8_000
  const seen = () =>
    `${place.textContent} ${[...place.querySelectorAll('input')].map(({ value }) => value).join(' ')}`
  while (!seen().includes(text)) {
    if (mistakes.length > 0) throw mistakes[0]
    if (performance.now() > end) throw new Error(`the page shows "${seen()}", not "${text}"`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
