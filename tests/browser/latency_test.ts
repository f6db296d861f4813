/** How soon a change in one tab is in the other's store, and that it is told once. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

const changes = 120
const barMs = 50

interface Seen {
  value: string
  at: number
}

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  t.test(
    `${changes} changes reach the other tab’s store, half of them within ${barMs} ms, each once`,
    async () => {
      const name = t.name()
      const open = async (): Promise<Tab> => {
        const tab = await chromium.open(`${server.origin}/page.html`)
        t.after(() => tab.page.close())
        await tab.page.evaluate((at) => kbve.open(at), name)
        await tab.page.evaluate(() => {
          const page = { seen: [] as Seen[], told: [] as string[] }
          Object.assign(globalThis, page)
          kbve.lockerStores(kbve.locker).$username.listen((value) => {
            page.seen.push({ value, at: Date.now() })
          })
          kbve.locker.on('change', ({ from }) => void page.told.push(from))
        })
        return tab
      }
      const [writer, reader] = [await open(), await open()]
      const set = await writer.page.evaluate(async (count) => {
        const set: Seen[] = []
        for (let n = 0; n < count; n++) {
          set.push({ value: `change ${n}`, at: Date.now() })
          kbve.locker.set('username', `change ${n}`)
          // Apart, so that each is a change of its own, and at no fixed distance from anything.
          await new Promise((resolve) => setTimeout(resolve, 30 + ((n * 7) % 40)))
        }
        await kbve.locker.flush()
        return set
      }, changes)
      await reader.page.waitForFunction(
        (last) => kbve.locker.get('username') === last,
        `change ${changes - 1}`,
      )
      // An echo would come after all that.
      await new Promise((resolve) => setTimeout(resolve, 300))
      const noted = (tab: Tab) =>
        tab.page.evaluate(() => {
          const { seen, told } = globalThis as unknown as { seen: Seen[]; told: string[] }
          return { seen, told }
        })
      const [own, others] = [await noted(writer), await noted(reader)]

      // Who reads a moment later finds the next value already, and is not told of the one before.
      const numberOf = ({ value }: Seen) => Number(value.slice('change '.length))
      const took = set.map((change) => {
        const seen = others.seen.find((line) => numberOf(line) >= numberOf(change))
        expect(seen, `${change.value} was not seen`).to.not.equal(undefined)
        return (seen?.at ?? 0) - change.at
      })
      const sorted = [...took].sort((a, b) => a - b)
      const figure = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] as number
      console.log(
        `    from set() to the other tab's store: median ${figure(0.5)} ms, 95 of 100 within ${figure(0.95)} ms, at most ${figure(1)} ms`,
      )
      expect(figure(0.5)).to.be.at.most(barMs)

      const numbers = set.map(numberOf)
      expect(own.seen.map(numberOf), 'the writer’s own store').to.deep.equal(numbers)
      expect(own.told, 'the writer is told of its own changes only').to.deep.equal(numbers.map(() => 'here'))
      const read = others.seen.map(numberOf)
      expect(read, 'the reader’s store, forwards and nothing twice').to.deep.equal(
        [...new Set(read)].sort((a, b) => a - b),
      )
      expect(read.length, 'nearly all of them').to.be.at.least(changes * 0.8)
      expect(others.told, 'told once for each').to.deep.equal(read.map(() => 'elsewhere'))
    },
    { timeout: 60_000 },
  )

  t.test('what two tabs write at once is told to each once', async () => {
    const name = t.name()
    const tabs: Tab[] = []
    for (let i = 0; i < 2; i++) {
      const tab = await chromium.open(`${server.origin}/page.html`)
      t.after(() => tab.page.close())
      await tab.page.evaluate((at) => kbve.open(at), name)
      await tab.page.evaluate(() => {
        const told: string[] = []
        Object.assign(globalThis, { told })
        kbve.locker.on('change', ({ from, entries }) => {
          for (const entry of entries) told.push(`${from} ${entry}`)
        })
      })
      tabs.push(tab)
    }
    const count = 40
    await Promise.all(
      tabs.map((tab, i) =>
        tab.page.evaluate(
          async ({ i, count }) => {
            for (let n = 0; n < count; n++) {
              kbve.locker.entries.put(`${i}-${n}`, n)
              if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
            }
            await kbve.locker.flush()
          },
          { i, count },
        ),
      ),
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (const [i, tab] of tabs.entries()) {
      const told = await tab.page.evaluate(() => (globalThis as unknown as { told: string[] }).told)
      const wanted = Array.from({ length: count }, (_, n) => [`here ${i}-${n}`, `elsewhere ${1 - i}-${n}`])
      expect([...told].sort()).to.deep.equal(wanted.flat().sort())
    }
  })
}
