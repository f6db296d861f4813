/** Reading tokens without a check: their form, their size, and that callers share nothing. */
import { decodeJwt, LockerError, loadJose, verifyJwt } from '@kbve/locker/jose'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { part, refused, secret, signed } from './tokens.ts'

export function suite(t: SuiteContext): void {
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

    t.test('a known header changes nothing in what is said of the rest', async () => {
      await loadJose()
      const claims = [
        { a: 1, b: 'ä€𝄞' },
        { n: 1, text: '\ufeff x' },
        '{"n":123456789012345678901,"m":[9007199254740993]}',
        ' { "a" : 1 } ',
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":1}}',
        '{"a":"\\ud800"}',
        '[1]',
        '',
      ]
      const ends = [
        '',
        'AA',
        'AB',
        'AAA',
        'AAB',
        'AAAA',
        'A',
        'A=',
        'AA==',
        'A A',
        'AAAA\n',
        'A+A/',
        'é',
        '.',
        '.AA',
      ]
      const broken = ['=', '\n', ' ', '.', 'B', '+', 'é', '\ud800']
      const rests = claims.flatMap((claim) => {
        const payload = part(claim)
        const spoilt = broken.flatMap((letter) => [
          payload + letter,
          payload.slice(0, 2) + letter + payload.slice(2),
          payload.slice(0, -1) + letter,
        ])
        return [
          ...ends.map((end) => `${payload}.${end}`),
          ...[...spoilt, payload.slice(0, -1), payload.slice(0, -2)].map((text) => `${text}.`),
          payload,
        ]
      })
      const said = (header: unknown, rest: string) => {
        try {
          return JSON.stringify(decodeJwt(`${part(header)}.${rest}`).claims)
        } catch (error) {
          const { code, field, message } = error as LockerError
          return `${code} ${field} ${message}`
        }
      }
      const answers = new Set<string>()
      for (const [i, rest] of rests.entries()) {
        decodeJwt(`${part({ alg: 'known' })}.e30.`)
        const answer = said({ alg: 'known' }, rest)
        expect(answer, JSON.stringify(rest)).to.equal(said({ alg: `new ${i}` }, rest))
        answers.add(answer)
      }
      // Four objects were read, and each of the parts was found wrong in some way.
      expect(answers.size).to.be.above(7)
    })

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
}
