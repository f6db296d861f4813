/** Passkey slots over an authenticator whose answers the test chooses. */
import { expect } from 'chai'
import { readLocker } from '../reference/locker.ts'
import { type Bytes, type Kdf, randomBytes } from '../reference/shapes.ts'
import { readDisk } from './disk.ts'
import { fakePasskeys } from './fake_passkeys.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, passphrase } from './help.ts'
import { created } from './slot_help.ts'

const rpId = globalThis.location?.hostname ?? 'example.com'
const passkey = { rpId, user: { name: 'ann', displayName: 'Ann' } }

type PasskeyKdf = Extract<Kdf, { rp_id: string }>

export function suite(t: SuiteContext): void {
  const withFake = async () => ({ ...(await created(t)), fake: fakePasskeys(t) })

  t.test(
    'opens what it was added to, and the reference opens the same with what the passkey gives',
    async () => {
      const { where, locker, fake } = await withFake()
      expect(await locker.slots.add({ passkey })).to.include({ kind: 'passkey', label: 'Passkey' })
      expect(fake.asked).to.have.length(1)
      for (let round = 0; round < 2; round++) {
        locker.lock()
        await locker.unlock({ passkey: true })
        expect(locker.get('username')).to.equal('ann')
      }
      const disk = await readDisk(where)
      const kdf = disk.header.slots[1]?.kdf as PasskeyKdf
      expect(kdf).to.include({ alg: 'hkdf-sha256', rp_id: rpId })
      const read = await readLocker(disk, { prf: await fake.output(kdf.credential_id, kdf.prf_salt) })
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.values.get('profile/username')).to.equal('ann')
    },
  )

  t.test('one that tells its secret only at a sign-in is asked twice', async () => {
    const { locker, fake } = await withFake()
    fake.prf = 'late'
    await locker.slots.add({ passkey })
    expect(fake.asked).to.have.length(2)
    locker.lock()
    await locker.unlock({ passkey: true })
    expect(locker.status.state).to.equal('unlocked')
  })

  t.test('of several, whichever the person takes; a removed one opens no more', async () => {
    const { locker, fake } = await withFake()
    const first = await locker.slots.add({ passkey }, { label: 'phone' })
    // The authenticator knows its own key again.
    expect(await code(() => locker.slots.add({ passkey }))).to.equal('exists')
    expect((await locker.slots.list()).map(({ label }) => label)).to.deep.equal(['Passphrase', 'phone'])
    await locker.slots.remove(first.id)
    await locker.slots.add({ passkey })
    locker.lock()
    await locker.unlock({ passkey: true })
    const { publicKey } = fake.asked.at(-1) as CredentialRequestOptions
    expect(publicKey?.allowCredentials).to.have.length(1)
    expect(publicKey).to.include({ rpId, userVerification: 'required' })
  })

  t.test('without PRF: unsupported, nothing is added, and the locker can be opened otherwise', async () => {
    const { locker, fake } = await withFake()
    fake.prf = 'without'
    expect(await code(() => locker.slots.add({ passkey }))).to.equal('unsupported')
    expect(await locker.slots.list()).to.have.length(1)
    fake.prf = 'at once'
    await locker.slots.add({ passkey })
    fake.prf = 'without'
    locker.lock()
    expect(await code(() => locker.unlock({ passkey: true }))).to.equal('unsupported')
    expect(locker.status.state).to.equal('locked')
    await locker.unlock({ passphrase })
  })

  t.test('what the browser says becomes a typed error, and the status is as before', async () => {
    const { locker, fake } = await withFake()
    await locker.slots.add({ passkey })
    const answers = {
      NotAllowedError: 'aborted',
      AbortError: 'aborted',
      SecurityError: 'invalid_field',
      NotSupportedError: 'unsupported',
      NotReadableError: 'unsupported',
    }
    for (const [name, expected] of Object.entries(answers)) {
      fake.fails = name
      const error = await failure(() => locker.slots.add({ passkey: { ...passkey, rpId: `${rpId}.test` } }))
      expect(error.code, name).to.equal(expected)
      expect((error.cause as Error).name).to.equal(name)
    }
    locker.lock()
    for (const [name, expected] of Object.entries(answers)) {
      fake.fails = name
      expect(await code(() => locker.unlock({ passkey: true })), name).to.equal(expected)
      expect(locker.status.state, name).to.equal('locked')
    }
    const { signal } = new AbortController()
    const abort = AbortSignal.abort()
    expect(await code(() => locker.unlock({ passkey: true }, { signal: abort }))).to.equal('aborted')
    await locker.unlock({ passkey: true }, { signal })
    expect(await code(() => locker.slots.add({ passkey }, { signal: abort }))).to.equal('aborted')
  })

  t.test('a passkey that gives something else does not open it', async () => {
    const { locker, fake } = await withFake()
    await locker.slots.add({ passkey })
    locker.lock()
    const { output } = fake
    fake.output = async (): Promise<Bytes> => randomBytes(32)
    expect(await code(() => locker.unlock({ passkey: true }))).to.equal('wrong_secret')
    fake.output = async (): Promise<Bytes> => randomBytes(31)
    expect(await code(() => locker.unlock({ passkey: true }))).to.equal('invalid_field')
    expect(locker.status.state).to.equal('locked')
    fake.output = output
    await locker.unlock({ passkey: true })
  })

  t.test('without a passkey slot nobody is asked', async () => {
    const { locker, fake } = await withFake()
    locker.lock()
    expect(await code(() => locker.unlock({ passkey: true }))).to.equal('wrong_secret')
    expect(fake.asked).to.deep.equal([])
  })

  t.test(
    'a passkey of another address is not asked for',
    async () => {
      const { locker, fake } = await withFake()
      await locker.slots.add({ passkey: { ...passkey, rpId: 'elsewhere.example' } })
      locker.lock()
      expect((await failure(() => locker.unlock({ passkey: true }))).message).to.match(/another address/)
      expect(fake.asked).to.have.length(1)
    },
    { only: ['chromium', 'firefox', 'webkit'] },
  )
}
