/** The browser's own jar, with real tabs over it. Its cookies are the host's, whatever the port: each test has names
 *  of its own. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

interface Options {
  sealed: boolean
  /** Then `cookieStore` writes it. */
  secure: boolean
}

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  async function tab(name: string, options: Options): Promise<Tab> {
    const opened = await chromium.open(`${server.origin}/page.html`)
    t.after(() => opened.page.close().catch(() => {}))
    const at = {
      name,
      token: { ...options, name: `token-${name}` },
      user: `user-${name}`,
      secure: options.secure,
    }
    const status = await opened.page.evaluate(async ({ name, token, user, secure }) => {
      const status = await kbve.open(name)
      await kbve.keepCookies({ token, user: { name: user, secure, fields: ['username'] } })
      return status
    }, at)
    expect(status).to.include({ state: 'unlocked' })
    return opened
  }

  const read = (from: Tab) => from.page.evaluate(() => kbve.cookies.read('token'))
  const jar = (from: Tab) => from.page.evaluate(() => document.cookie)

  for (const secure of [false, true]) {
    const way = secure ? 'cookieStore' : 'document.cookie'

    t.test(`${way}: another tab opens what this one sealed; destroyed in one, gone in both`, async () => {
      const name = t.name()
      const one = await tab(name, { sealed: true, secure })
      const two = await tab(name, { sealed: true, secure })
      await one.page.evaluate(async () => {
        kbve.cookies.set('token', 'x'.repeat(3_500))
        kbve.locker.set('username', 'ann')
        await kbve.cookies.flush()
        await kbve.locker.flush()
      })
      expect(await read(two)).to.deep.equal({ state: 'there', value: 'x'.repeat(3_500) })
      expect(await jar(two))
        .to.include(`user-${name}=`)
        .and.include(`token-${name}.1=`)
      await two.page.evaluate(async () => {
        await kbve.locker.destroy()
        await kbve.cookies.flush()
      })
      await one.page.waitForFunction(() => kbve.cookies.read('token').state === 'absent')
      await one.page.evaluate(() => kbve.cookies.flush())
      for (const each of [one, two]) expect(await jar(each)).not.to.include(name)
    })

    t.test(`${way}: what was set just before the page goes is there on the next`, async () => {
      const name = t.name()
      const options = { sealed: true, secure }
      const first = await tab(name, options)
      for (let round = 0; round < 3; round++) {
        await first.page.evaluate((value) => {
          kbve.cookies.set('token', 'to be replaced')
          kbve.cookies.set('token', value)
          location.href = '/page.html?next'
        }, `round ${round}`)
        await first.page.waitForURL('**/page.html?next')
        const second = await tab(name, options)
        expect(await read(second)).to.deep.equal({ state: 'there', value: `round ${round}` })
        await second.page.close()
        await first.page.goto(`${server.origin}/page.html`)
        await first.page.evaluate(
          async ({ name, token }) => {
            await kbve.open(name)
            await kbve.keepCookies({ token })
          },
          { name, token: { ...options, name: `token-${name}` } },
        )
      }
    })

    t.test(`${way}: what was set is there although the renderer was killed at once`, async () => {
      const name = t.name()
      const options = { sealed: true, secure }
      const first = await tab(name, options)
      const line = `cookie set by ${way}`
      await first.page.evaluate((what) => {
        setTimeout(() => {
          kbve.cookies.set('token', 'survives')
          kbve.log({ what })
          for (;;);
        })
      }, line)
      await server.logged(({ what }) => what === line)
      await chromium.kill(first)
      expect(await read(await tab(name, options))).to.deep.equal({ state: 'there', value: 'survives' })
    })
  }
}
