/**
 * Tabs that are killed at random moments: in the middle of one deed (`killDuring`, `everyMoment`), or of work that
 * never ends (`killAmong`). `KBVE_KILLS` says how many kills, `KBVE_SEED` repeats a run.
 */
import type { ChromiumBrowsing, Tab } from './ports.ts'

/** How many kills a test makes: few in `npm test`, any number by the environment. */
export function killCount(usual: number): number {
  return Number(process.env.KBVE_KILLS ?? usual)
}

/** Numbers that can be had again: whoever fails says the seed. */
export class Chance {
  readonly seed: number
  #state: number

  constructor(seed = Number(process.env.KBVE_SEED ?? Date.now() % 1_000_000)) {
    this.seed = seed
    this.#state = seed
  }

  /** 0 up to, and without, `limit`; a fraction. */
  upTo(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return (this.#state / 2 ** 32) * limit
  }

  below(limit: number): number {
    return Math.floor(this.upTo(limit))
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What became of a deed whose tab was killed. */
export interface Interrupted {
  /** It had ended before the kill. */
  ended: boolean
  /** What it failed with before the kill. */
  error?: string
}

/** Runs `work` in the tab, and kills the tab `ms` milliseconds after it was begun. */
export async function killDuring<A>(
  { chromium }: Pick<ChromiumBrowsing, 'chromium'>,
  tab: Tab,
  work: (given: A) => unknown,
  given: A,
  ms: number,
): Promise<Interrupted> {
  let killing = false
  const outcome = (tab.page.evaluate as (work: unknown, given: A) => Promise<unknown>)(work, given).then(
    (): Interrupted => ({ ended: !killing }),
    // The kill itself is told as an error too.
    (error: unknown): Interrupted => ({ ended: false, ...(killing ? {} : { error: String(error) }) }),
  )
  await pause(ms)
  killing = true
  await chromium.kill(tab)
  return outcome
}

export interface Moments<A> {
  browsing: Pick<ChromiumBrowsing, 'chromium'>
  /** How many tabs are killed. */
  kills: number
  /** What is interrupted; runs in the page. */
  work: (given: A) => unknown
  /** A tab ready for the deed, and what the deed is given. */
  prepare(round: number): Promise<{ tab: Tab; given: A }>
  /** Looks at what is left; `seed` and `round` belong into its messages. */
  check(left: Interrupted & { round: number; seed: number; given: A }): Promise<void>
}

/**
 * The same deed again and again, killed at another moment each time: from its first millisecond to a little after
 * its end. How long that is, a deed that nobody kills shows first. Answers how many were killed before their end.
 */
export async function everyMoment<A>({ browsing, kills, work, prepare, check }: Moments<A>): Promise<number> {
  const chance = new Chance()
  const { seed } = chance
  const whole = await prepare(0)
  const started = performance.now()
  await (whole.tab.page.evaluate as (work: unknown, given: A) => Promise<unknown>)(work, whole.given)
  const takes = performance.now() - started
  await whole.tab.page.close()
  await check({ ended: true, round: 0, seed, given: whole.given })
  let interrupted = 0
  for (let round = 1; round <= kills; round++) {
    const { tab, given } = await prepare(round)
    const outcome = await killDuring(browsing, tab, work, given, chance.upTo(takes * 1.2))
    if (outcome.error) throw new Error(`seed ${seed}, round ${round}: ${outcome.error}`)
    if (!outcome.ended) interrupted++
    await check({ ...outcome, round, seed, given })
  }
  return interrupted
}

export interface Among {
  browsing: Pick<ChromiumBrowsing, 'chromium'>
  kills: number
  /** How many tabs live at once. */
  tabs: number
  chance: Chance
  /** A tab that opens the locker, is found as it must be, and has begun to work. `life`: which one, from 0. */
  start(life: number): Promise<Tab>
  /** The longest that one is left alone before one of them is killed, in milliseconds. */
  longest: number
}

/** Kills now this tab and now that, and starts another in its place. Answers the tabs that live at the end. */
export async function killAmong({ browsing, kills, tabs, chance, start, longest }: Among): Promise<Tab[]> {
  let lives = 0
  const living: Tab[] = []
  while (living.length < tabs) living.push(await start(lives++))
  for (let kill = 0; kill < kills; kill++) {
    const place = chance.below(tabs)
    await pause(chance.upTo(longest))
    await browsing.chromium.kill(living[place] as Tab)
    living[place] = await start(lives++)
  }
  return living
}
