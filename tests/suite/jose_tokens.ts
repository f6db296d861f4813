/** Reading and checking tokens: the RFCs' own, each error code, and what a caller gets wrong. */
import {
  decodeJwt,
  type JwtRules,
  joseKeys,
  LockerError,
  loadJose,
  type VerifyOptions,
  verifyJws,
  verifyJwt,
} from '@kbve/locker/jose'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { rfcTokens, unsecuredToken } from './rfc_tokens.ts'
import { now, part, refused, seconds, secret, signed, signer } from './tokens.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Each rule, and claims or a header that break it. */
const broken: {
  what: string
  code: string
  field: string | undefined
  claims?: unknown
  header?: unknown
  rules?: Partial<JwtRules>
}[] = [
  { what: 'an expired token', code: 'jwt_expired', field: 'exp', claims: { exp: seconds } },
  { what: 'one not valid yet', code: 'jwt_not_yet_valid', field: 'nbf', claims: { nbf: seconds + 1 } },
  {
    what: 'one too old',
    code: 'jwt_expired',
    field: 'iat',
    claims: { iat: seconds - 61 },
    rules: { maxTokenAge: 60 },
  },
  { what: 'an age that is not said', code: 'jwt_claim_invalid', field: 'iat', rules: { maxTokenAge: 60 } },
  {
    what: 'another issuer',
    code: 'jwt_claim_invalid',
    field: 'iss',
    claims: { iss: 'b' },
    rules: { issuer: ['a', 'c'] },
  },
  {
    what: 'another audience',
    code: 'jwt_claim_invalid',
    field: 'aud',
    claims: { aud: ['x', 'y'] },
    rules: { audience: 'z' },
  },
  {
    what: 'another subject',
    code: 'jwt_claim_invalid',
    field: 'sub',
    claims: { sub: 'ben' },
    rules: { subject: 'ann' },
  },
  { what: 'another type', code: 'jwt_claim_invalid', field: 'typ', rules: { typ: 'at+jwt' } },
  {
    what: 'a claim that is not there',
    code: 'jwt_claim_invalid',
    field: 'jti',
    rules: { requiredClaims: ['jti'] },
  },
  { what: 'a time that is a text', code: 'jwt_claim_invalid', field: 'exp', claims: { exp: 'soon' } },
  { what: 'a time that is infinite', code: 'jwt_claim_invalid', field: 'exp', claims: '{"exp":1e999}' },
  {
    what: 'an algorithm not allowed',
    code: 'jwt_alg_not_allowed',
    field: 'alg',
    rules: { algorithms: ['HS512'] },
  },
  { what: 'alg none', code: 'jwt_alg_not_allowed', field: 'alg', header: { alg: 'none' } },
  {
    what: 'an extension not understood',
    code: 'jwt_crit_unsupported',
    field: 'crit',
    header: { alg: 'HS256', crit: ['x'], x: 1 },
  },
  {
    what: 'an unencoded payload',
    code: 'jwt_crit_unsupported',
    field: 'crit',
    header: { alg: 'HS256', crit: ['b64'], b64: false },
    rules: { crit: ['b64'] },
  },
  {
    what: 'a key id that is a number',
    code: 'jwt_malformed',
    field: 'header',
    header: { alg: 'HS256', kid: 1 },
  },
  {
    what: 'a member named twice',
    code: 'jwt_malformed',
    field: 'header',
    header: '{"alg":"HS256","alg":"HS256"}',
  },
  { what: 'a claim named twice', code: 'jwt_malformed', field: 'claims', claims: '{"a":{"b":1,"b":1}}' },
  { what: 'claims that are a list', code: 'jwt_malformed', field: 'claims', claims: [] },
  { what: 'half a surrogate pair', code: 'jwt_malformed', field: 'claims', claims: '{"a":"\\ud800"}' },
  {
    what: 'nesting over 32',
    code: 'jwt_malformed',
    field: 'claims',
    claims: `{"a":${'['.repeat(40)}${']'.repeat(40)}}`,
  },
  {
    what: 'a token over maxBytes',
    code: 'too_large',
    field: 'token',
    claims: { a: 'x'.repeat(200) },
    rules: { maxBytes: 200 },
  },
]

const badOptions: { what: string; field: string; rules: unknown; code?: string }[] = [
  { what: 'no algorithms', field: 'algorithms', rules: {} },
  { what: 'an empty list of algorithms', field: 'algorithms', rules: { algorithms: [] } },
  { what: 'an algorithm as a text', field: 'algorithms', rules: { algorithms: 'HS256' } },
  {
    what: 'none among the algorithms',
    field: 'algorithms',
    rules: { algorithms: ['none'] },
    code: 'jwt_alg_not_allowed',
  },
  { what: 'an option of another name', field: 'audiences', rules: { algorithms: ['HS256'], audiences: 'a' } },
  {
    what: 'a tolerance of an hour',
    field: 'clockTolerance',
    rules: { algorithms: ['HS256'], clockTolerance: 3600 },
  },
  {
    what: 'a tolerance of NaN',
    field: 'clockTolerance',
    rules: { algorithms: ['HS256'], clockTolerance: Number.NaN },
  },
  { what: 'an empty list of issuers', field: 'issuer', rules: { algorithms: ['HS256'], issuer: [] } },
  { what: 'a time that is NaN', field: 'now', rules: { algorithms: ['HS256'], now: Number.NaN } },
]

export function suite(t: SuiteContext): void {
  t.describe('tokens of the RFCs', () => {
    for (const { where, algorithm, key, token } of rfcTokens) {
      t.test(`${where}, ${algorithm}: holds, and falls with any part changed`, async () => {
        await loadJose()
        const rules = { algorithms: [algorithm] } as const
        const { header, payload } = verifyJws(token, key, rules)
        expect(header.alg).to.equal(algorithm)
        expect(text(payload)).to.match(
          /^(\{"iss":"joe",|Payload$|It\u{2019}s a dangerous|Example of Ed25519)/u,
        )
        for (const at of [token.indexOf('.') + 2, token.lastIndexOf('.') + 5]) {
          const other = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
          await refused('jwt_signature_invalid', 'signature', () => verifyJws(other, key, rules))
        }
      })
    }

    t.test('RFC 7515 A.5, unsecured, is read and never holds', async () => {
      await loadJose()
      expect(decodeJwt(unsecuredToken)).to.deep.equal({
        header: { alg: 'none' },
        claims: { iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true },
      })
      await refused('jwt_alg_not_allowed', 'alg', () =>
        verifyJws(unsecuredToken, secret, { algorithms: ['HS256'] }),
      )
    })
  })

  t.describe('each rule', () => {
    for (const { what, code, field, claims = {}, header, rules } of broken) {
      t.test(`${what} is ${code}`, async () => {
        const token = await signed(claims, header)
        const error = await refused(code, field, () =>
          verifyJwt(token, secret, { algorithms: ['HS256'], now, ...rules }),
        )
        for (const piece of token.split('.').filter((one) => one.length > 8))
          expect(error.message).to.not.include(piece)
      })
    }

    t.test('a good token under all rules at once', async () => {
      await loadJose()
      const claims = {
        iss: 'a',
        aud: ['x', 'y'],
        sub: 'ann',
        jti: '1',
        iat: seconds - 61,
        nbf: seconds + 1,
        exp: seconds,
      }
      const token = await signed(claims, { alg: 'HS256', typ: 'at+jwt', crit: ['x'], x: 1 })
      const rules: VerifyOptions = {
        algorithms: ['HS256', 'ES256'],
        issuer: ['b', 'a'],
        audience: 'y',
        subject: 'ann',
        typ: 'application/AT+jwt',
        clockTolerance: 2,
        maxTokenAge: 60,
        requiredClaims: ['jti'],
        crit: ['x'],
        maxBytes: 1000,
        now,
      }
      const found = verifyJwt(token, secret, rules)
      expect(found.claims).to.deep.equal(claims)
      expect(found.header).to.deep.equal({ alg: 'HS256', typ: 'at+jwt', crit: ['x'], x: 1 })
    })

    t.test('a signature of another secret, and one cut short', async () => {
      const token = await signed({})
      const other = secret.slice().fill(9)
      await refused('jwt_signature_invalid', 'signature', () =>
        verifyJwt(token, other, { algorithms: ['HS256'] }),
      )
      await refused('jwt_signature_invalid', 'signature', () =>
        verifyJwt(token.slice(0, -4), secret, { algorithms: ['HS256'] }),
      )
    })

    t.test('numbers beyond 2^53 stay what they are, as texts', async () => {
      await loadJose()
      const token = await signed('{"id":9007199254740993,"in":[-12345678901234567890],"ok":9007199254740991}')
      expect(verifyJwt(token, secret, { algorithms: ['HS256'] }).claims).to.deep.equal({
        id: '9007199254740993',
        in: ['-12345678901234567890'],
        ok: 9007199254740991,
      })
    })
  })

  t.describe('what a caller gets wrong', () => {
    for (const { what, field, rules, code = 'invalid_field' } of badOptions) {
      t.test(`${what} is ${code}`, async () => {
        const token = await signed({})
        await refused(code, field, () => verifyJwt(token, secret, rules as VerifyOptions))
      })
    }

    t.test('values of another type are TypeErrors', async () => {
      await loadJose()
      const token = await signed({})
      const rules = { algorithms: ['HS256'] } as const
      const calls: (() => unknown)[] = [
        () => decodeJwt(7 as unknown as string),
        () => decodeJwt(undefined as unknown as string),
        () => verifyJwt({} as unknown as string, secret, rules),
        () => verifyJwt(token, undefined as unknown as string, rules),
        () => verifyJwt(token, new Date() as unknown as string, rules),
        () => verifyJwt(token, secret.buffer as unknown as Uint8Array, rules),
        () => verifyJwt(token, secret, undefined as unknown as VerifyOptions),
        () => verifyJwt(token, secret, { ...rules, now: 'now' as unknown as number }),
        () => joseKeys(secret, { algorithm: 5 as unknown as string }),
      ]
      for (const call of calls) expect(call, String(call)).to.throw(TypeError)
    })

    t.test('a check whose value went missing is no check left out', async () => {
      await loadJose()
      const token = await signed({})
      const rules = { algorithms: ['HS256'], issuer: undefined } as unknown as VerifyOptions
      expect(() => verifyJwt(token, secret, rules)).to.throw(TypeError, 'issuer is undefined')
    })

    t.test('rules are taken as they are now, not as they were', async () => {
      const token = await signed({ iss: 'a' })
      const rules = { algorithms: ['HS256'] as const, issuer: ['a'], now }
      await loadJose()
      verifyJwt(token, secret, rules)
      rules.issuer[0] = 'b'
      await refused('jwt_claim_invalid', 'iss', () => verifyJwt(token, secret, rules))
    })

    t.test('rules of very many kinds at once', async () => {
      await loadJose()
      const token = await signed({ iss: 'i7' })
      for (let i = 0; i < 100; i++) {
        const rules = { algorithms: ['HS256'] as const, issuer: `i${i % 50}` }
        if (i % 50 === 7) expect(verifyJwt(token, secret, rules).claims.iss).to.equal('i7')
        else await refused('jwt_claim_invalid', 'iss', () => verifyJwt(token, secret, rules))
      }
    })
  })

  t.describe('reading', () => {
    const forms = {
      'no dots': 'abc',
      'two parts': 'e30.e30',
      'four parts': 'e30.e30.e30.e30',
      'a header that is no JSON': `${part('no')}.e30.`,
      'no alg': 'e30.e30.',
      padding: `${part({ alg: 'x' })}=.e30.`,
      whitespace: ` ${part({ alg: 'x' })}.e30.`,
      'a letter beyond ASCII': `${part({ alg: 'x' })}.e30ü.`,
      'bits left over': `${part({ alg: 'x' })}.e31.`,
      'a payload that is no JSON': `${part({ alg: 'x' })}.${part('{')}.`,
      'a signature that is no base64url': `${part({ alg: 'x' })}.e30.*`,
    }
    for (const [what, token] of Object.entries(forms)) {
      t.test(`${what} is jwt_malformed`, async () => {
        await loadJose()
        expect(() => decodeJwt(token))
          .to.throw(LockerError)
          .with.property('code', 'jwt_malformed')
        // Again, when the header is known from a good token.
        decodeJwt(`${part({ alg: 'x' })}.e30.`)
        expect(() => decodeJwt(token))
          .to.throw(LockerError)
          .with.property('code', 'jwt_malformed')
      })
    }

    t.test('over 64 KiB only where that is asked for', async () => {
      const token = await signed({ a: 'ä'.repeat(40_000) })
      await refused('too_large', 'token', () => decodeJwt(token))
      expect(decodeJwt(token, { maxBytes: 200_000 }).claims).to.deep.equal({ a: 'ä'.repeat(40_000) })
      await refused('too_large', 'token', () => decodeJwt('x'.repeat(1_100_000), { maxBytes: 2e6 }))
      await refused('too_large', undefined, () => decodeJwt('x'.repeat(3e6), { maxBytes: 4e6 }))
    })

    t.test('what is given away is the caller’s own', async () => {
      await loadJose()
      const tokens = [
        await signed({ n: 1 }, { alg: 'HS256', kid: 'k', jwk: { a: [1] } }),
        await signed({ n: 2 }, { alg: 'HS256', kid: 'l' }),
      ]
      for (const token of tokens) {
        const first = decodeJwt(token) as unknown as { header: Record<string, unknown> }
        const before = structuredClone(first)
        first.header.kid = 'changed'
        ;(first.header.jwk as { a: number[] } | undefined)?.a.push(2)
        expect(decodeJwt(token)).to.deep.equal(before)
        expect(verifyJwt(token, secret, { algorithms: ['HS256'] })).to.deep.equal(before)
      }
    })

    t.test('a header with a member __proto__ stays a header', async () => {
      await loadJose()
      const token = await signed({}, '{"alg":"HS256","__proto__":"x"}')
      for (let i = 0; i < 2; i++) {
        const { header } = decodeJwt(token)
        expect(Object.keys(header)).to.deep.equal(['alg', '__proto__'])
        expect(Object.getPrototypeOf(header)).to.equal(Object.prototype)
      }
    })

    t.test(
      'before loadJose every call says so',
      async () => {
        if (!t.node) throw new Error('this test needs node')
        const said = await t.node.run(`
        import { decodeJwt, joseKeys, loadJose, LockerError } from '@kbve/locker/jose'
        const codes = []
        for (const call of [() => decodeJwt('a.b.c'), () => joseKeys(new Uint8Array(32))]) {
          try { call() } catch (error) { codes.push(error instanceof LockerError && error.code, /loadJose/.test(error.message)) }
        }
        try { await loadJose({ wasm: new Uint8Array(3) }) } catch (error) { codes.push(error.code) }
        await loadJose()
        try { decodeJwt('a.b.c') } catch (error) { codes.push(error.code) }
        console.log(JSON.stringify(codes))`)
        expect(JSON.parse(said)).to.deep.equal([
          'unsupported',
          true,
          'unsupported',
          true,
          'unsupported',
          'jwt_malformed',
        ])
      },
      { only: ['node'] },
    )
  })

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
