/**
 * Backups across programs: what Chromium makes opens on the command line and in a native program, what those two seal is
 * restored in Chromium; and a restore whose tab is killed has happened wholly, or not at all.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import { everyMoment, killCount } from './harness/kills.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

const passphrase = 'open sesame'

export function suite(t: SuiteContext, browsing: ChromiumBrowsing): void {
  const { chromium, server, programs } = browsing
  const url = `${server.origin}/page.html`

  async function fresh(unlock: 'ask' | 'device'): Promise<Tab> {
    const tab = await chromium.open(url)
    t.after(() => tab.page.close())
    await tab.page.evaluate(({ name, unlock }) => kbve.open(name, { unlock }), { name: t.name(), unlock })
    return tab
  }

  /** A backup made in the page, as text. */
  async function madeInChromium(): Promise<string> {
    const { page } = await fresh('ask')
    return page.evaluate(async (passphrase) => {
      await kbve.locker.create({ passphrase })
      kbve.locker.patch({ username: 'ännchen', theme: 'dark' })
      kbve.locker.entries.put('draft', { text: 'a\u001b[31mb' })
      kbve.locker.entries.put('photo', Uint8Array.of(1, 2, 3))
      kbve.locker.entries.put('gone', 1)
      kbve.locker.entries.delete('gone')
      await kbve.locker.slots.add({ device: true })
      return (await kbve.locker.backup()).text()
    }, passphrase)
  }

  /** What a page shows that restored this file where nothing was. */
  async function restoredInChromium(file: string) {
    const { page } = await fresh('ask')
    return page.evaluate(
      async ({ file, passphrase }) => {
        const report = await kbve.locker.restore(new Blob([file]), { passphrase })
        const draft = kbve.locker.entries.get('draft')
        return { report, profile: kbve.profile(), draft, status: kbve.status() }
      },
      { file, passphrase },
    )
  }

  t.test(
    'made in Chromium, opened on the command line',
    async () => {
      const path = programs.file(await madeInChromium(), 'chromium.kbve')
      const { code, out, err } = programs.cli(['open', path, '--json'], `${passphrase}\n`)
      expect(code, err).to.equal(0)
      expect(JSON.parse(out)).to.deep.include({
        profile: { theme: 'dark', username: 'ännchen' },
        entries: { draft: { text: 'a\u001b[31mb' } },
        bytes: { photo: 'AQID' },
        damaged: [],
      })
      expect(programs.cli(['open', path], 'open sesame!\n').code).to.equal(1)
      const verified = programs.cli(['verify', path, '--unlock'], `${passphrase}\n`)
      expect(verified.out, verified.err).to.include('Its seal holds').and.not.include('device')
    },
    { timeout: 60_000 },
  )

  t.test(
    'made in Chromium, opened by the native program',
    async () => {
      const path = programs.file(await madeInChromium(), 'chromium.kbve')
      const { code, out } = await programs.native('open_backup', [path], `${passphrase}\n`)
      expect(out.trim().split('\n').sort()).to.deep.equal([
        'entry/draft\t{"text":"a\\u001b[31mb"}',
        'entry/photo\tAQID',
        'profile/theme\t"dark"',
        'profile/username\t"ännchen"',
      ])
      expect(code).to.equal(0)
    },
    { timeout: 600_000 },
  )

  t.test(
    'sealed on the command line, restored in Chromium',
    async () => {
      const values = { profile: { username: 'bob' }, entries: { draft: [1, 'ä'] } }
      const source = programs.file(JSON.stringify(values), 'values.json')
      const sealed = programs.cli(['seal', source], `${passphrase}\n`)
      expect(sealed.code, sealed.err).to.equal(0)
      const found = await restoredInChromium(sealed.out)
      expect(found.report.added).to.deep.equal(['entry/draft', 'profile/username'])
      expect(found.profile.username).to.equal('bob')
      expect(found.draft).to.deep.equal([1, 'ä'])
      expect(found.status).to.include({ state: 'unlocked', integrity: 'ok' })
    },
    { timeout: 60_000 },
  )

  t.test(
    'sealed by the native program, restored in Chromium',
    async () => {
      const lines = `${passphrase}\nprofile/username="bob"\nentry/draft={"a":"ä"}\n`
      const sealed = await programs.native('seal_backup', ['main'], lines)
      expect(sealed.code, sealed.out).to.equal(0)
      const found = await restoredInChromium(sealed.out)
      expect(found.report.added).to.deep.equal(['entry/draft', 'profile/username'])
      expect(found.draft).to.deep.equal({ a: 'ä' })
      expect(found.status).to.include({ state: 'unlocked', integrity: 'ok' })
    },
    { timeout: 600_000 },
  )

  const kills = killCount(9)
  t.test(
    'a restore killed at any moment has happened wholly or not at all',
    async () => {
      const backup = await backupOfMany(await fresh('ask'))
      // Into nothing, over another locker's values, and beside them.
      const modes = ['make', 'replace', 'merge'] as const
      const interrupted = await everyMoment({
        browsing,
        kills,
        async prepare(round) {
          const name = t.name()
          const mode = modes[round % modes.length] ?? 'merge'
          const tab = await chromium.open(url)
          await tab.page.evaluate(
            async ({ name, mode }) => {
              await kbve.open(name, { unlock: mode === 'make' ? 'ask' : 'device' })
              if (mode === 'make') return
              for (let i = 0; i < 300; i++) kbve.locker.entries.put(`old ${i}`, i)
              kbve.locker.set('username', 'old')
              await kbve.locker.flush()
            },
            { name, mode },
          )
          return { tab, given: { name, mode, backup, passphrase } }
        },
        work: ({ mode, backup, passphrase }) =>
          kbve.locker.restore(backup, { passphrase }, { mode: mode === 'replace' ? mode : 'merge' }),
        async check({ ended, round, seed, given: { name, mode } }) {
          const what = `seed ${seed}, round ${round}, ${mode}${ended ? ', ended' : ''}`
          const reader = await chromium.open(url)
          const found = await reader.page.evaluate(
            async ({ name, mode, passphrase }) => {
              const unlock = mode === 'make' ? 'ask' : 'device'
              const { state } = await kbve.open(name, { unlock })
              if (state === 'locked') await kbve.locker.unlock({ passphrase })
              const names = kbve.locker.entries.list()
              const count = (kind: string) => names.filter((entry) => entry.startsWith(kind)).length
              return {
                ...kbve.status(),
                user: kbve.locker.get('username'),
                old: count('old'),
                fresh: count('new'),
              }
            },
            { name, mode, passphrase },
          )
          await reader.page.close()
          if (mode === 'make' && found.state === 'absent') {
            expect(ended, what).to.equal(false)
            return
          }
          expect(found, what).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [] })
          const before = found.user === 'old'
          if (before) expect(ended, what).to.equal(false)
          const left = before || mode === 'merge' ? 300 : 0
          const shown = { user: found.user, old: found.old, fresh: found.fresh }
          expect(shown, what).to.deep.equal({
            user: before ? 'old' : 'new',
            old: mode === 'make' ? 0 : left,
            fresh: before ? 0 : 300,
          })
        },
      })
      expect(interrupted).to.be.greaterThan(0)
    },
    { timeout: 90_000 + kills * 8_000 },
  )
}

/** Of 300 entries and a name, newer than whatever is written meanwhile. */
function backupOfMany({ page }: Tab): Promise<string> {
  return page.evaluate(async (passphrase) => {
    const clock = () => Date.now() + 3_600_000
    const locker = kbve.createLocker({ unlock: 'ask', tenant: 'test', name: `many ${Math.random()}`, clock })
    await locker.ready
    await locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
    for (let i = 0; i < 300; i++) locker.entries.put(`new ${i}`, { i, text: 'x'.repeat(500) })
    locker.set('username', 'new')
    return (await locker.backup()).text()
  }, passphrase)
}
