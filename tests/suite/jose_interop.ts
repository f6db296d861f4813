/** jose signs and seals, we check and open; and the reverse. */
import { joseKeys, jwsAlgorithms, loadJose, openJwe, sealJwe, verifyJws, verifyJwt } from '@kbve/locker/jose'
import { expect } from 'chai'
import {
  base64url,
  CompactEncrypt,
  CompactSign,
  compactDecrypt,
  exportSPKI,
  generateKeyPair,
  SignJWT,
} from 'jose'
import type { SuiteContext } from './harness.ts'
import { refused, secret, signer } from './tokens.ts'

const secrets = jwsAlgorithms.filter((name) => name.startsWith('HS'))
const pairs = jwsAlgorithms.filter((name) => !name.startsWith('HS'))
const key32 = secret.slice(0, 32)

export function suite(t: SuiteContext): void {
  t.describe('jose signs, we check', () => {
    for (const alg of secrets) {
      t.test(alg, async () => {
        await loadJose()
        const token = await new SignJWT({ a: 'ü' }).setProtectedHeader({ alg }).sign(secret)
        expect(verifyJwt(token, secret, { algorithms: [alg] }).claims).to.deep.equal({ a: 'ü' })
      })
    }

    for (const alg of pairs) {
      t.test(alg, async () => {
        await loadJose()
        const { jwk, sign } = await signer(alg, 'one')
        const token = await sign({ a: 'ü' })
        expect(verifyJwt(token, jwk as never, { algorithms: [alg] }).claims).to.deep.equal({ a: 'ü' })
        const other = await signer(alg, 'one')
        await refused('jwt_signature_invalid', 'signature', () =>
          verifyJwt(token, other.jwk as never, { algorithms: [alg] }),
        )
      })
    }

    t.test('with keys as PEM', async () => {
      await loadJose()
      for (const alg of ['EdDSA', 'ES256', 'RS256'] as const) {
        const pair = await generateKeyPair(alg, { extractable: true })
        const token = await new SignJWT({ alg }).setProtectedHeader({ alg }).sign(pair.privateKey)
        const keys = joseKeys(await exportSPKI(pair.publicKey), { algorithm: alg })
        expect(verifyJwt(token, keys, { algorithms: [alg] }).claims).to.deep.equal({ alg })
      }
    })

    t.test('any bytes as a payload', async () => {
      await loadJose()
      const payload = Uint8Array.from({ length: 256 }, (_, i) => i)
      const token = await new CompactSign(payload).setProtectedHeader({ alg: 'HS256' }).sign(secret)
      expect(verifyJws(token, secret, { algorithms: ['HS256'] }).payload).to.deep.equal(payload)
    })
  })

  t.describe('JWE with dir and A256GCM', () => {
    t.test('we seal, jose opens', async () => {
      await loadJose()
      const key = joseKeys({ kty: 'oct', k: base64url.encode(key32), kid: 'seven' })
      for (const [plain, size] of [
        ['Grüße', 7],
        [new Uint8Array(), 0],
        [new Uint8Array(5_000).fill(7), 5_000],
      ] as const) {
        const sealed = sealJwe(plain, key, { header: { typ: 'note', cty: 'x' } })
        const { plaintext, protectedHeader } = await compactDecrypt(sealed, key32)
        expect(plaintext.length).to.equal(size)
        expect(protectedHeader).to.deep.equal({
          alg: 'dir',
          enc: 'A256GCM',
          kid: 'seven',
          typ: 'note',
          cty: 'x',
        })
        expect(openJwe(sealed, key)).to.deep.equal({
          header: protectedHeader,
          plaintext: new Uint8Array(plaintext),
        })
      }
      expect(sealJwe('same', key)).to.not.equal(sealJwe('same', key))
    })

    t.test('jose seals, we open; with another key or changed it does not open', async () => {
      await loadJose()
      const plain = new TextEncoder().encode('Grüße')
      const sealed = await new CompactEncrypt(plain)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(key32)
      expect(openJwe(sealed, key32).plaintext).to.deep.equal(plain)
      await refused('jwe_open_failed', 'token', () => openJwe(sealed, key32.slice().fill(1)))
      const [header, , nonce, box, tag] = sealed.split('.') as [string, string, string, string, string]
      const changed = `${box[0] === 'A' ? 'B' : 'A'}${box.slice(1)}`
      await refused('jwe_open_failed', 'token', () => openJwe(`${header}..${nonce}.${changed}.${tag}`, key32))
      await refused('jwe_malformed', 'token', () => openJwe(`${header}.${nonce}.${box}.${tag}`, key32))
      await refused('jwt_key_unfit', 'keys', () => openJwe(sealed, key32.slice(1)))
    })

    t.test('other algorithms and zip are refused by name', async () => {
      const plain = new Uint8Array(3)
      const made = {
        alg: await new CompactEncrypt(plain)
          .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
          .encrypt(key32),
        enc: await new CompactEncrypt(plain)
          .setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256' })
          .encrypt(key32),
      }
      for (const [field, token] of Object.entries(made)) {
        await refused('jwe_malformed', field, () => openJwe(token, key32))
      }
      for (const header of [{ zip: 'DEF' }, { alg: 'A256KW' }, { crit: ['x'], x: 1 }, { enc: 'x' }]) {
        await refused('jwe_malformed', Object.keys(header)[0], () => sealJwe('a', key32, { header }))
      }
    })

    t.test('what is sealed is bytes or well-formed text', async () => {
      await loadJose()
      expect(() => sealJwe('\ud800', key32)).to.throw(TypeError)
      expect(() => sealJwe(5 as unknown as string, key32)).to.throw(TypeError)
    })
  })
}
