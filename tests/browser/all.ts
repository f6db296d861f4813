/** All tests that only a real browser can run. */
import { runSuites, type Suite, type Summary } from '../suite/harness.ts'
import { suite as cache } from './back_forward_test.ts'
import { suite as backup } from './backup_test.ts'
import { suite as content } from './content_policy_test.ts'
import { suite as cookies } from './cookies_test.ts'
import { suite as database } from './database_test.ts'
import { suite as durability } from './durability_test.ts'
import { suite as frozen } from './frozen_test.ts'
import type { Browsing, ChromiumBrowsing } from './harness/ports.ts'
import { suite as heapSlots } from './heap_slots_test.ts'
import { suite as heap } from './heap_test.ts'
import { suite as kills } from './kills_test.ts'
import { suite as large } from './large_test.ts'
import { suite as latency } from './latency_test.ts'
import { suite as migration } from './migration_test.ts'
import { suite as noDatabase } from './no_database_test.ts'
import { suite as noLocks } from './no_locks_test.ts'
import { suite as passkeys } from './passkeys_test.ts'
import { suite as quota } from './quota_test.ts'
import { suite as random } from './random_test.ts'
import { suite as reactAccount } from './react_account_test.ts'
import { suite as react } from './react_test.ts'
import { suite as rekey } from './rekey_test.ts'
import { suite as remember } from './remember_test.ts'
import { suite as sessions } from './sessions_test.ts'
import { suite as tabs } from './tabs_test.ts'
import { suite as uptime } from './uptime_test.ts'

type Bindable<B> = (t: Parameters<Suite>[0], browsing: B) => void

/** In every engine. */
const everywhere: Record<string, Bindable<Browsing>> = {
  durability,
  tabs,
  database,
  back_forward: cache,
  no_locks: noLocks,
  random,
}

/** Where the driver has to do what only Chromium's can. */
const inChromium: Record<string, Bindable<ChromiumBrowsing>> = {
  no_database: noDatabase,
  cookies,
  quota,
  content_policy: content,
  passkeys,
  frozen,
  latency,
  backup,
  large,
  migration,
  remember,
  rekey,
  react,
  react_account: reactAccount,
  uptime,
  sessions,
  heap,
  heap_slots: heapSlots,
  kills,
}

function bound<B>(suites: Record<string, Bindable<B>>, browsing: B): Record<string, Suite> {
  return Object.fromEntries(
    Object.entries(suites).map(([name, suite]) => [name, (t: Parameters<Suite>[0]) => suite(t, browsing)]),
  )
}

export function run(
  browsing: Browsing | ChromiumBrowsing,
  print: (line: string) => void,
  filter?: string,
): Promise<Summary> {
  const suites = {
    ...bound(everywhere, browsing),
    ...('chromium' in browsing ? bound(inChromium, browsing) : {}),
  }
  const disk = () => {
    throw new Error('a browser test works with pages, not with a disk')
  }
  return runSuites(suites, { env: browsing.engine.name, disk, print, ...(filter ? { filter } : {}) })
}
