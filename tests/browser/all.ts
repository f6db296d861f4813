/** All tests that only a real browser can run. */
import { runSuites, type Suite, type Summary } from '../suite/harness.ts'
import { suite as backup } from './backup_test.ts'
import { suite as content } from './content_policy_test.ts'
import { suite as cookies } from './cookies_test.ts'
import { suite as database } from './database_test.ts'
import { suite as durability } from './durability_test.ts'
import type { Browsing } from './harness/ports.ts'
import { suite as kills } from './kills_test.ts'
import { suite as large } from './large_test.ts'
import { suite as migration } from './migration_test.ts'
import { suite as passkeys } from './passkeys_test.ts'
import { suite as quota } from './quota_test.ts'
import { suite as random } from './random_test.ts'
import { suite as rekey } from './rekey_test.ts'
import { suite as remember } from './remember_test.ts'
import { suite as tabs } from './tabs_test.ts'

export function run(browsing: Browsing, print: (line: string) => void, filter?: string): Promise<Summary> {
  const bound = (suite: (t: Parameters<Suite>[0], b: Browsing) => void): Suite => {
    return (t) => suite(t, browsing)
  }
  const suites = {
    durability: bound(durability),
    tabs: bound(tabs),
    database: bound(database),
    backup: bound(backup),
    cookies: bound(cookies),
    quota: bound(quota),
    large: bound(large),
    migration: bound(migration),
    content_policy: bound(content),
    passkeys: bound(passkeys),
    remember: bound(remember),
    rekey: bound(rekey),
    random: bound(random),
    kills: bound(kills),
  }
  const disk = () => {
    throw new Error('a browser test works with pages, not with a disk')
  }
  return runSuites(suites, { env: 'chromium', disk, print, ...(filter ? { filter } : {}) })
}
