/** A locker with values to look for in memory, made in a tab. */
import { expect } from 'chai'
import { type Found, inProcess, type Sought, search, textOf, told } from './memory_search.ts'
import type { Chromium, Tab } from './ports.ts'

export interface Planting {
  name: string
  seed: string
}

/** What `plant` writes, and the passphrase. */
export async function plantedTexts({ seed }: Planting): Promise<Sought['texts']> {
  const all = ['field', 'entry', 'bytes', 'passphrase'] as const
  const made = await Promise.all(all.map(async (what) => [what, await textOf(`${seed} ${what}`)]))
  return Object.fromEntries(made)
}

/** Makes the locker of this passphrase, and sets one value of each kind; it stays open. */
export function plant({ page }: Tab, planting: Planting, options: object = {}): Promise<void> {
  return page.evaluate(
    async ({ name, seed, options }) => {
      const text = async (what: string) => {
        const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${seed} ${what}`))
        return Array.from(new Uint8Array(digest), (byte) => byte.toString(36)).join('')
      }
      await kbve.open(name, { unlock: 'ask', ...options })
      const passphrase = await text('passphrase')
      await kbve.locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
      kbve.locker.set('username', await text('field'))
      kbve.locker.entries.put('entry', { deep: [await text('entry')] })
      kbve.locker.entries.put('bytes', new TextEncoder().encode(await text('bytes')))
      await kbve.locker.flush()
    },
    { ...planting, options },
  )
}

/** Searches the open locker, which must be found, reads its values, locks it and searches again. */
export async function searchAndLock(chromium: Chromium, tab: Tab, sought: Sought): Promise<Found> {
  await tab.page.evaluate(() => {
    kbve.profile()
    kbve.locker.entries.get('entry')
  })
  const open = await search(chromium, tab, sought)
  const shows = 'while it is open it is there, so the search finds it'
  expect(open.wasm, shows).to.include('root')
  expect(open.heap, shows).to.include.members(['field', 'entry'])
  if (open.process) expect(inProcess(open, sought.keys), shows).to.include('root')
  await tab.page.evaluate(async () => {
    kbve.locker.lock()
    await kbve.locker.flush()
  })
  const left = await search(chromium, tab, sought)
  console.log(told(left))
  return left
}

/** Texts that the page's own code has had may lie in freed memory until something is written over them; keys not. */
export function expectNothing(left: Found, { keys }: Sought): void {
  expect(left.heap, 'in the heap').to.deep.equal([])
  expect(left.wasm, 'in WebAssembly memory').to.deep.equal([])
  expect(inProcess(left, keys), 'keys in the process').to.deep.equal([])
}
