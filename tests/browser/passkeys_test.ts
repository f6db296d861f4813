/** Passkeys of a virtual authenticator: the browser's own WebAuthn, from the question to the PRF's answer. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  // An address is no relying party; a name is.
  const address = `${server.origin.replace('127.0.0.1', 'localhost')}/page.html`
  const passkey = { rpId: 'localhost', user: { name: 'ann', displayName: 'Ann' } }

  async function tab({ hasPrf = true, isUserVerified = true } = {}): Promise<Tab> {
    const opened = await chromium.open(address)
    t.after(() => opened.page.close())
    const cdp = await chromium.context.newCDPSession(opened.page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified,
        hasPrf,
        automaticPresenceSimulation: true,
      },
    })
    return opened
  }

  const create = ({ page }: Tab, name: string) =>
    page.evaluate(async (at) => {
      await kbve.open(at, { unlock: 'ask' })
      await kbve.locker.create({ passphrase: 'right' }, { cost: { memoryKib: 19_456, passes: 2 } })
      kbve.locker.set('username', 'ann')
      await kbve.locker.flush()
    }, name)

  const add = ({ page }: Tab) =>
    page.evaluate(
      (made) =>
        kbve.locker.slots.add({ passkey: made }).then(
          ({ kind }) => kind,
          (error: { code: string }) => error.code,
        ),
      passkey,
    )

  const unlock = ({ page }: Tab) =>
    page.evaluate(async () => {
      kbve.locker.lock()
      const outcome = await kbve.locker.unlock({ passkey: true }).then(
        () => 'unlocked',
        (error: { code: string }) => error.code,
      )
      return [outcome, kbve.locker.status.state, kbve.locker.get('username')]
    })

  t.test('added, it opens the locker; also after a reload, and once only on one authenticator', async () => {
    const opened = await tab()
    const name = t.name()
    await create(opened, name)
    expect(await add(opened)).to.equal('passkey')
    expect(await unlock(opened)).to.deep.equal(['unlocked', 'unlocked', 'ann'])
    expect(await add(opened)).to.equal('exists')
    await opened.page.reload()
    await opened.page.evaluate((at) => kbve.open(at, { unlock: 'ask' }), name)
    expect(await unlock(opened)).to.deep.equal(['unlocked', 'unlocked', 'ann'])
    expect(
      await opened.page.evaluate(async () => (await kbve.locker.slots.list()).map(({ kind }) => kind)),
    ).to.deep.equal(['passphrase', 'passkey'])
  })

  t.test('an authenticator without PRF: unsupported, and nothing is added', async () => {
    const opened = await tab({ hasPrf: false })
    await create(opened, t.name())
    expect(await add(opened)).to.equal('unsupported')
    expect(await unlock(opened)).to.deep.equal(['wrong_secret', 'locked', ''])
  })

  t.test('a person who is not verified: aborted, and the locker stays locked', async () => {
    const opened = await tab({ isUserVerified: false })
    await create(opened, t.name())
    expect(await add(opened)).to.equal('aborted')
  })

  t.test('another authenticator, which does not have the passkey: aborted', async () => {
    const name = t.name()
    const first = await tab()
    await create(first, name)
    expect(await add(first)).to.equal('passkey')
    const second = await tab()
    await second.page.evaluate((at) => kbve.open(at, { unlock: 'ask' }), name)
    expect(await unlock(second)).to.deep.equal(['aborted', 'locked', ''])
  })
}
