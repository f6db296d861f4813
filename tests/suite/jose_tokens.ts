/** Reading and checking tokens: the RFCs' own, each error code, and what a caller gets wrong. */
import {
  decodeJwt,
  type JwtRules,
  joseKeys,
  loadJose,
  type VerifyOptions,
  verifyJws,
  verifyJwt,
} from '@kbve/locker/jose'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { rfcTokens, unsecuredToken } from './rfc_tokens.ts'
import { now, refused, seconds, secret, signed } from './tokens.ts'

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
}
