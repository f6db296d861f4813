/** A tab with react_page.tsx in it, and what may be said of every such page. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { SuiteContext } from '../../suite/harness.ts'
import type { ChromiumBrowsing } from './ports.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A fresh tab; when the test is over, nothing may have been complained about in its console but what is `due`. Passkeys
 *  take the `host` 'localhost': an address is no relying party. */
export async function reactTab(
  t: SuiteContext,
  { chromium, server }: ChromiumBrowsing,
  query = '',
  due?: RegExp,
  host = '127.0.0.1',
): Promise<Page> {
  const complaints: string[] = []
  const prepare = async (page: Page) => {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
  }
  const origin = server.origin.replace('127.0.0.1', host)
  const { page } = await chromium.open(`${origin}/react.html${query}`, { prepare })
  t.after(async () => {
    await page.close()
    expect(
      complaints.filter((line) => !due?.test(line)),
      'nothing was complained about',
    ).to.deep.equal([])
  })
  return page
}

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[]; passes: unknown[] }>
}

/** What axe-core finds wrong with the page as it is. */
export async function violations(page: Page): Promise<string[]> {
  // As the driver's own, which the page's policy does not concern.
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations, passes } = await (globalThis as unknown as { axe: Axe }).axe.run()
    if (passes.length === 0) return ['axe looked at nothing']
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}

/** Who has the focus: its label, its text, or its tag. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element instanceof HTMLInputElement) return element.labels?.[0]?.textContent ?? 'an input'
    return element?.textContent || element?.tagName.toLowerCase() || 'nothing'
  })
}
