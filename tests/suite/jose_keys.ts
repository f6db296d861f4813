/** Keys: which are refused, which are chosen, and how long they are kept. */
import { joseKeys, loadJose, verifyJwt } from '@kbve/locker/jose'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { refused, secret, signed, signer } from './tokens.ts'

export function suite(t: SuiteContext): void {
  t.describe('keys', () => {
    t.test('an RSA key as the secret of an HMAC is refused, as text and as bytes', async () => {
      const { jwk } = await signer('RS256')
      const token = await signed({})
      const rules = { algorithms: ['HS256', 'RS256'] } as const
      await refused('jwt_key_not_found', 'keys', () => verifyJwt(token, jwk as never, rules))
      const bytes = new TextEncoder().encode(JSON.stringify(jwk))
      await refused('jwt_key_unfit', 'keys', () => verifyJwt(token, bytes, rules))
    })

    t.test('a secret shorter than the hash is jwt_key_unfit', async () => {
      const token = await signed({})
      await refused('jwt_key_unfit', 'keys', () =>
        verifyJwt(token, secret.slice(0, 31), { algorithms: ['HS256'] }),
      )
    })

    t.test('bytes are looked at anew in every call', async () => {
      const token = await signed({})
      const bytes = secret.slice()
      await loadJose()
      verifyJwt(token, bytes, { algorithms: ['HS256'] })
      bytes.fill(1)
      await refused('jwt_signature_invalid', 'signature', () =>
        verifyJwt(token, bytes, { algorithms: ['HS256'] }),
      )
    })

    t.test('a set by key id, as object, as text and kept', async () => {
      await loadJose()
      const [a, b] = [await signer('ES256', 'a'), await signer('ES256', 'b')]
      const set = { keys: [a.jwk, b.jwk, { kty: 'unknown' }] } as never
      const rules = { algorithms: ['ES256'] } as const
      const kept = joseKeys(set)
      expect(kept.size).to.equal(2)
      const token = await b.sign({ n: 1 })
      for (const keys of [set, JSON.stringify(set), kept]) {
        expect(verifyJwt(token, keys, rules).header.kid).to.equal('b')
      }
      const stranger = await (await signer('ES256', 'c')).sign({})
      await refused('jwt_key_not_found', 'keys', () => verifyJwt(stranger, set, rules))
      kept.free()
      kept.free()
      await refused('jwt_key_unfit', 'keys', () => verifyJwt(token, kept, rules))
    })

    t.test('many sets made and freed do not make the memory grow', async () => {
      await loadJose()
      const token = await signed({})
      for (let i = 0; i < 20_000; i++) verifyJwt(token, secret, { algorithms: ['HS256'] })
      const kept = Array.from({ length: 500 }, () => joseKeys(secret))
      for (const keys of kept) verifyJwt(token, keys, { algorithms: ['HS256'] })
      for (const keys of kept) keys.free()
    })
  })
}
