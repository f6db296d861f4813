/** The page's room Bench. What it measures is not judged here: only that it does, and how. */
import { expect } from 'chai'

const button = (page, name) => page.getByRole('button', { name, exact: true })

const categories = ['disabled-by-default-devtools.timeline']

const startTrace = (page) => page.context().browser().startTracing(page, { categories })

/** RAIL's bar for an answer. */
const longestAllowedMs = 100

/** What the page's own thread worked on at a stretch, the longest first: in milliseconds of the processor, so that time in
 *  which the machine was busy with something else is not held against the page; or by the clock where that says less, for
 *  some virtual machines count a thread more processor time than has passed. */
async function longestTasks(page) {
  const { traceEvents } = JSON.parse(String(await page.context().browser().stopTracing()))
  const threads = new Map()
  for (const task of traceEvents.filter(({ name, tdur }) => /RunTask$/.test(name) && tdur > 0)) {
    const thread = `${task.pid} ${task.tid}`
    if (!threads.has(thread)) threads.set(thread, [])
    threads.get(thread).push(task)
  }
  // The page's thread has the most work of all.
  const sums = [...threads.values()].map((own) => [own, own.reduce((sum, { tdur }) => sum + tdur, 0)])
  const [[busiest]] = sums.sort((x, y) => y[1] - x[1])
  // A task is told by two events, one within the other.
  let end = 0
  return busiest
    .sort((x, y) => x.ts - y.ts || y.dur - x.dur)
    .filter(({ ts, dur }) => {
      if (ts < end) return false
      end = ts + dur
      return true
    })
    .map(({ dur, tdur }) => Math.round(Math.min(dur, tdur) / 1000))
    .sort((x, y) => y - x)
}

export const benchTests = {
  async 'bench: it measures beside its peers, the page answers meanwhile, and the figures can be copied'(
    page,
    { go },
  ) {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await go('#bench')
    await startTrace(page)
    await button(page, 'Measure').click()
    await page.getByText(/^Measuring: /).waitFor()
    await button(page, 'Measure again').waitFor({ timeout: 120_000 })
    expect(await page.locator('.bench').count()).to.equal(10)
    expect(await page.locator('.bench rect').count()).to.equal(23)
    expect(await page.locator('.error').count(), 'everything could be measured').to.equal(0)

    const longest = await longestTasks(page)
    expect(longest[0], `the longest tasks, in ms: ${longest.slice(0, 9)}`).to.be.below(longestAllowedMs)

    await button(page, 'Copy as JSON').click()
    await page.getByText('Copied.').first().waitFor()
    const { results, cores } = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
    expect(cores).to.be.greaterThan(0)
    expect(results).to.have.length(10)
    for (const { title, costs } of results) {
      for (const { name, median, low, high } of costs) {
        expect(low, `${title}, ${name}`).to.be.greaterThan(0)
        expect(median).to.be.within(low, high)
      }
    }
    const seal = results.find(({ title }) => title === 'Seal 1 KiB')
    expect(seal.costs.map(({ name }) => name)).to.deep.equal([
      '@kbve/locker',
      '@noble/ciphers',
      'WebCrypto, awaited',
    ])
    await button(page, 'Copy as Markdown').click()
    await page.getByText('Copied.').nth(1).waitFor()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text.split('\n').filter((line) => line.startsWith('|'))).to.have.length(2 + 23)
    expect(text).to.match(/\| Verify a JWT, HS256 \| jose \(WebCrypto\), awaited \| [\d.]+ [µm]s \|/)
  },

  async 'bench: it can be stopped, keeps what it has, and stops when the room is left'(page, { go }) {
    await go('#bench')
    await button(page, 'Measure').click()
    await page.locator('.bench').first().waitFor()
    await button(page, 'Stop').click()
    await page.getByText('Stopped. What was measured until then is below.').waitFor()
    const kept = await page.locator('.bench').count()
    expect(kept).to.be.within(1, 9)
    await button(page, 'Measure again').click()
    await page.getByText(/^Measuring: /).waitFor()
    await go('#uptime')
    await go('#bench')
    await button(page, 'Measure').waitFor()
    expect(await page.locator('.bench').count()).to.equal(0)
  },

  async 'bench: where the browser does not let it copy, the text is shown'(page, { go }) {
    await go('#bench')
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    })
    await button(page, 'Measure').click()
    await page.locator('.bench').first().waitFor()
    await button(page, 'Stop').click()
    await button(page, 'Copy as Markdown').click()
    expect(await page.locator('.copy textarea').inputValue()).to.contain('| Seal 64 bytes | @kbve/locker |')
  },
}
