/** An authenticator with PRF in the place of the browser's, so that its answers can be chosen; tests/browser has a real one. */
import { type Bytes, randomBytes, toBase64url } from '../reference/shapes.ts'
import type { SuiteContext } from './harness.ts'

interface Key {
  id: Bytes
  rpId: string
  seed: Bytes
}

export interface FakePasskeys {
  /** `late`: tells the secret only when asked to sign in. `without`: has no PRF. */
  prf: 'at once' | 'late' | 'without'
  /** The name of the error that the next question ends with. */
  fails: string | undefined
  /** The options of every question, in order. */
  asked: (CredentialCreationOptions | CredentialRequestOptions)[]
  /** What the passkey gives for this salt. */
  output(credentialId: Bytes, salt: Bytes): Promise<Bytes>
}

const bytes = (source: BufferSource) => new Uint8Array(source as Bytes)

/** In force until the present test is over. */
export function fakePasskeys(t: SuiteContext): FakePasskeys {
  const keys: Key[] = []

  const fake: FakePasskeys = {
    prf: 'at once',
    fails: undefined,
    asked: [],
    async output(credentialId, salt) {
      const key = keys.find(({ id }) => toBase64url(id) === toBase64url(credentialId))
      if (!key) throw new Error('the authenticator has no such key')
      return new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from([...key.seed, ...salt])))
    },
  }

  function begin(options: CredentialCreationOptions | CredentialRequestOptions): void {
    fake.asked.push(options)
    options.signal?.throwIfAborted()
    const { fails } = fake
    fake.fails = undefined
    if (fails) throw new DOMException('as the test wants it', fails)
  }

  async function credential(key: Key, salt: BufferSource | undefined, enabled?: boolean) {
    const told = salt && fake.prf !== 'without' && !(enabled && fake.prf === 'late')
    const results = told ? { first: (await fake.output(key.id, bytes(salt))).buffer } : undefined
    const prf = { ...(enabled ? { enabled: fake.prf !== 'without' } : {}), ...(results ? { results } : {}) }
    return { rawId: key.id.buffer, getClientExtensionResults: () => ({ prf }) }
  }

  const credentials = {
    async create(options: CredentialCreationOptions) {
      begin(options)
      const { rp, excludeCredentials, extensions } = options.publicKey as PublicKeyCredentialCreationOptions
      const excluded = excludeCredentials?.map(({ id }) => toBase64url(bytes(id)))
      if (keys.some(({ id }) => excluded?.includes(toBase64url(id))))
        throw new DOMException('', 'InvalidStateError')
      const key = { id: randomBytes(20), rpId: rp.id ?? '', seed: randomBytes(32) }
      keys.push(key)
      return credential(key, extensions?.prf?.eval?.first, true)
    },
    async get(options: CredentialRequestOptions) {
      begin(options)
      const { allowCredentials, rpId, extensions } = options.publicKey as PublicKeyCredentialRequestOptions
      const allowed = allowCredentials?.map(({ id }) => toBase64url(bytes(id)))
      const key = keys.find((one) => one.rpId === rpId && allowed?.includes(toBase64url(one.id)))
      if (!key) throw new DOMException('', 'NotAllowedError')
      return credential(key, extensions?.prf?.evalByCredential?.[toBase64url(key.id)]?.first)
    },
  }

  put(t, globalThis, 'PublicKeyCredential', class {})
  // Node has no navigator before version 21.
  if (!('navigator' in globalThis)) put(t, globalThis, 'navigator', {})
  put(t, globalThis.navigator, 'credentials', credentials)
  return fake
}

/** A property that is as it was when the test is over. */
function put(t: SuiteContext, on: object, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(on, name)
  Object.defineProperty(on, name, { value, configurable: true })
  t.after(() => {
    if (before) Object.defineProperty(on, name, before)
    else Reflect.deleteProperty(on, name)
  })
}
