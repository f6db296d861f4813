/** What is left in a page after `lock()` of a locker that was opened in another way than by a passphrase. */
import { expect } from 'chai'
import { strongKek } from '../reference/keys.ts'
import { readCode } from '../reference/recovery.ts'
import type { Bytes } from '../reference/shapes.ts'
import type { SuiteContext } from '../suite/harness.ts'
import { keysOf } from './harness/memory_search.ts'
import { expectNothing, plant, plantedTexts, searchAndLock } from './harness/planted_locker.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

const options = { timeout: 60_000 }

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  // An address is no relying party of a passkey; a name is.
  const address = `${server.origin.replace('127.0.0.1', 'localhost')}/page.html`

  async function opened(): Promise<Tab> {
    const tab = await chromium.open(address)
    t.after(() => tab.page.close().catch(() => {}))
    return tab
  }

  async function planting() {
    const name = t.name()
    const made = { name, seed: `${name} ${Math.random()}` }
    const texts = await plantedTexts(made)
    return { planting: made, name, texts, passphrase: texts.passphrase ?? '' }
  }

  t.test(
    'a recovery code: neither it, its 128 bits nor any key',
    async () => {
      const tab = await opened()
      const { planting: made, name, texts } = await planting()
      await plant(tab, made)
      const code = await tab.page.evaluate(async () => {
        const { code } = await kbve.locker.slots.add({ recovery: true })
        kbve.locker.lock()
        await kbve.locker.unlock({ recovery: code ?? '' })
        return code ?? ''
      })
      const { keys, kdfOf } = await keysOf(tab, name, { recovery: code })
      const bits = readCode(code)
      const sought = {
        texts: { ...texts, code, ungrouped: code.replaceAll('-', '') },
        keys: { ...keys, bits, kek: await strongKek('recovery', bits, kdfOf('recovery')) },
      }
      expectNothing(await searchAndLock(chromium, tab, sought), sought)
    },
    options,
  )

  t.test(
    "a passkey: neither its PRF's output nor any key",
    async () => {
      const tab = await opened()
      await addAuthenticator(tab)
      const { planting: made, name, texts } = await planting()
      await plant(tab, made)
      const { hex, left: outputs } = await tab.page.evaluate(async () => {
        // Looked at where they lie, so that the test makes no copy.
        const outputs: Uint8Array[] = []
        const seen: string[] = []
        const { create, get } = navigator.credentials
        const watched =
          (ask: typeof get | typeof create) =>
          async (request: object): Promise<Credential | null> => {
            const credential = (await ask.call(navigator.credentials, request)) as PublicKeyCredential
            const output = credential.getClientExtensionResults().prf?.results?.first as ArrayBuffer
            const bytes = new Uint8Array(output)
            outputs.push(bytes)
            seen.push(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''))
            return credential
          }
        Object.assign(navigator.credentials, { create: watched(create), get: watched(get) })
        await kbve.locker.slots.add({
          passkey: { rpId: 'localhost', user: { name: 'ann', displayName: 'Ann' } },
        })
        kbve.locker.lock()
        await kbve.locker.unlock({ passkey: true })
        for (const name of ['create', 'get']) Reflect.deleteProperty(navigator.credentials, name)
        return { hex: seen.at(-1) ?? '', left: outputs.map((bytes) => bytes.some((byte) => byte !== 0)) }
      })
      expect(outputs, 'what it answered when it was made and when it was used is zeroed').to.deep.equal([
        false,
        false,
      ])
      const prf = Uint8Array.from(Buffer.from(hex, 'hex')) as Bytes
      const { keys, kdfOf } = await keysOf(tab, name, { prf })
      const kek = await strongKek('passkey', prf, kdfOf('passkey'))
      const left = await searchAndLock(chromium, tab, { texts, keys: { ...keys, kek, prf } })
      // The browser leaves copies of the output in memory of its own, also where no locker asked: it is told, not judged.
      expectNothing(left, { texts, keys: { ...keys, kek } })
    },
    options,
  )

  t.test(
    "this browser's key: no key in the tab that it opened",
    async () => {
      const { planting: made, name, texts, passphrase } = await planting()
      const maker = await opened()
      await plant(maker, made)
      await maker.page.evaluate(() => kbve.locker.slots.add({ device: true }))
      const { keys } = await keysOf(maker, name, passphrase)
      await maker.page.close()
      const tab = await opened()
      const { state } = await tab.page.evaluate((at) => kbve.open(at), name)
      expect(state).to.equal('unlocked')
      const sought = { texts, keys }
      expectNothing(await searchAndLock(chromium, tab, sought), sought)
    },
    options,
  )

  t.test(
    "this browser's key, in the tab that made it: no key",
    async () => {
      const { planting: made, name, texts, passphrase } = await planting()
      const tab = await opened()
      await plant(tab, made)
      await tab.page.evaluate(() => kbve.locker.slots.add({ device: true }))
      const { keys } = await keysOf(tab, name, passphrase)
      const sought = { texts, keys }
      expectNothing(await searchAndLock(chromium, tab, sought), sought)
    },
    options,
  )

  t.test(
    "remember: 'reload': no key after a reload and lock()",
    async () => {
      const { planting: made, name, texts, passphrase } = await planting()
      const tab = await opened()
      await plant(tab, made, { remember: 'reload' })
      await tab.page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.endsWith('/reload')))
      const { keys } = await keysOf(tab, name, passphrase)
      await tab.page.reload()
      const { state } = await tab.page.evaluate(
        (at) => kbve.open(at, { unlock: 'ask', remember: 'reload' }),
        name,
      )
      expect(state).to.equal('unlocked')
      const sought = { texts, keys }
      expectNothing(await searchAndLock(chromium, tab, sought), sought)
    },
    options,
  )

  async function addAuthenticator({ page }: Tab): Promise<void> {
    const cdp = await chromium.context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        hasPrf: true,
        automaticPresenceSimulation: true,
      },
    })
  }
}
