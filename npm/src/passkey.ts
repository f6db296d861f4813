/** WebAuthn with its PRF extension (level 3, section 10.1.4): a passkey that also gives 32 secret bytes for a salt. */
import { toBase64url } from './base64url.ts'
import { LockerError } from './errors.ts'
import { randomBytes } from './new_slot.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A passkey, and the salt that its secret is asked for with. */
export interface PasskeyRef {
  credential_id: Bytes
  prf_salt: Bytes
}

/** What a passkey answered. The caller zeroes the output. */
export interface PasskeyAnswer {
  credential_id: Bytes
  output: Bytes
}

export interface PasskeyUser {
  name: string
  displayName: string
}

/** ES256, EdDSA and RS256, as COSE numbers them. No signature is ever checked: there is no server. */
const algorithms = [-7, -8, -257]

/** A person must be verified each time, not only be there: authenticators give another secret without it. */
const userVerification = 'required'

/** Lets the person make a passkey that has a secret for `prf_salt`. */
export async function createPasskey(
  rpId: string,
  user: PasskeyUser,
  prf_salt: Bytes,
  existing: readonly Bytes[],
  signal: AbortSignal,
): Promise<PasskeyAnswer> {
  const made = await asked(rpId, (container) =>
    container.create({
      publicKey: {
        rp: { id: rpId, name: rpId },
        user: { id: randomBytes(16), name: user.name, displayName: user.displayName },
        challenge: randomBytes(32),
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'preferred', userVerification },
        excludeCredentials: existing.map(descriptor),
        extensions: { prf: { eval: { first: prf_salt } } },
      },
      signal,
    }),
  )
  const credential_id = new Uint8Array(made.rawId)
  const { prf } = made.getClientExtensionResults()
  if (!prf?.enabled) throw withoutPrf()
  const output = bytesOf(prf.results?.first)
  // Many authenticators tell the secret only when they are asked to sign in.
  return output ? { credential_id, output } : askPasskey(rpId, [{ credential_id, prf_salt }], signal)
}

/** Lets the person choose one of these passkeys, and answers which it was and its secret. */
export async function askPasskey(
  rpId: string,
  passkeys: readonly PasskeyRef[],
  signal: AbortSignal,
): Promise<PasskeyAnswer> {
  const salts = passkeys.map(({ credential_id, prf_salt }) => [
    toBase64url(credential_id),
    { first: prf_salt },
  ])
  const chosen = await asked(rpId, (container) =>
    container.get({
      publicKey: {
        rpId,
        challenge: randomBytes(32),
        allowCredentials: passkeys.map(({ credential_id }) => descriptor(credential_id)),
        userVerification,
        extensions: { prf: { evalByCredential: Object.fromEntries(salts) } },
      },
      signal,
    }),
  )
  const output = bytesOf(chosen.getClientExtensionResults().prf?.results?.first)
  if (!output) throw withoutPrf()
  return { credential_id: new Uint8Array(chosen.rawId), output }
}

function descriptor(id: Bytes): PublicKeyCredentialDescriptor {
  return { type: 'public-key', id }
}

function bytesOf(value: BufferSource | undefined): Bytes | undefined {
  if (value === undefined) return undefined
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value)
}

/** The credential, or what became of the request as a `LockerError`. */
async function asked(
  rpId: string,
  request: (container: CredentialsContainer) => Promise<Credential | null>,
): Promise<PublicKeyCredential> {
  // Undefined outside browsers and in pages over plain http, whatever the types say.
  const container = globalThis.navigator?.credentials as CredentialsContainer | undefined
  if (!container || !('PublicKeyCredential' in globalThis)) {
    const message =
      'Passkeys need a browser that has them, and a page over https (or localhost); use another secret.'
    throw new LockerError('unsupported', message)
  }
  try {
    const credential = await request(container)
    if (credential) return credential as PublicKeyCredential
  } catch (cause) {
    throw told(rpId, cause)
  }
  throw new LockerError('unsupported', 'This browser gave no passkey; use another secret.')
}

/** The names are WebAuthn's, sections 5.1.3 and 5.1.4. */
function told(rpId: string, cause: unknown): LockerError {
  const name = (cause as { name?: unknown } | null)?.name
  switch (name) {
    case 'AbortError':
    case 'NotAllowedError':
      // The browser does not say which of these it was, so that a page cannot learn what keys a person has.
      return new LockerError(
        'aborted',
        'No passkey was used: the question was dismissed, took too long, or there is no fitting passkey here.',
        { cause },
      )
    case 'InvalidStateError':
      return new LockerError(
        'exists',
        'This authenticator has a passkey for the locker already; use that one.',
        {
          cause,
        },
      )
    case 'SecurityError':
      return new LockerError(
        'invalid_field',
        `A passkey for "${rpId}" cannot be used at this address: rpId is the page's domain, or one above it.`,
        { field: 'rpId', cause },
      )
    default:
      return withoutPrf(cause)
  }
}

function withoutPrf(cause?: unknown): LockerError {
  return new LockerError(
    'unsupported',
    'This browser or authenticator cannot make a key from a passkey (the WebAuthn extension PRF); use another secret.',
    { cause },
  )
}
