/** `kbve-locker jwt`. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { expect } from 'chai'
import { cli, file } from './programs.mjs'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(claims, header = { alg: 'ES256' }) {
  const text = `${encoded(header)}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

const soon = Math.floor(Date.now() / 1000) + 600
const claims = { sub: 'ann\u001b[31m', iss: 'https://id.example', aud: ['app'], exp: soon }
const jwk = publicKey.export({ format: 'jwk' })
const keyFiles = {
  jwk: () => file(JSON.stringify(jwk)),
  jwks: () => file(JSON.stringify({ keys: [{ kty: 'unknown' }, jwk] })),
  pem: () => file(publicKey.export({ type: 'spki', format: 'pem' })),
}

export const tokens = {
  'a token is decoded from an argument and from a pipe, and not called verified'() {
    const text = token(claims)
    for (const [args, input] of [
      [[text], ''],
      [[], `${text}\n`],
      [['-'], text],
    ]) {
      const { code, out, err } = cli(['jwt', ...args, '--json'], input)
      expect(code, err).to.equal(0)
      expect(JSON.parse(out)).to.deep.equal({ verified: false, header: { alg: 'ES256' }, claims })
      expect(out).to.not.include('\u001b')
    }
    const shown = cli(['jwt', text]).out
    expect(shown).to.include('Decoded only').and.not.include('\u001b')
  },

  'a token is verified with a JWK, a JWKS and a PEM file'() {
    for (const [kind, key] of Object.entries(keyFiles)) {
      const args = ['--key', key(), '--alg', 'ES256', '--issuer', claims.iss, '--audience', 'app', '--json']
      const { code, out } = cli(['jwt', token(claims), ...args])
      expect(code, `${kind} ${out}`).to.equal(0)
      expect(JSON.parse(out).verified).to.equal(true)
    }
  },

  'what does not hold is refused with its reason'() {
    const key = keyFiles.jwk()
    const refusal = (text, ...args) => {
      const { code, out } = cli(['jwt', '--key', key, '--json', ...args], text)
      expect(code, out).to.equal(1)
      return JSON.parse(out).error.code
    }
    const good = token(claims)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const es = ['--alg', 'ES256']
    expect(
      refusal(
        good.replace(/\.(.)/, (_, c) => `.${c === 'e' ? 'f' : 'e'}`),
        ...es,
      ),
    ).to.match(/^jwt_/)
    expect(refusal(good, ...es, '--key', file(JSON.stringify(other)))).to.equal('jwt_signature_invalid')
    expect(refusal(good, ...es, '--issuer', 'x')).to.equal('jwt_claim_invalid')
    expect(refusal(good, ...es, '--audience', 'x')).to.equal('jwt_claim_invalid')
    expect(refusal(good, '--alg', 'RS256')).to.equal('jwt_alg_not_allowed')
    expect(refusal(token({ ...claims, exp: soon - 700 }), ...es)).to.equal('jwt_expired')
    expect(refusal('a.b', ...es)).to.equal('jwt_malformed')
    // The public key as a shared secret: the old trick.
    const text = `${encoded({ alg: 'HS256' })}.${encoded(claims)}`
    const mac = createHmac('sha256', JSON.stringify(jwk)).update(text).digest('base64url')
    expect(refusal(`${text}.${mac}`, ...es)).to.equal('jwt_alg_not_allowed')
  },

  'a clock may differ by what is allowed'() {
    const late = token({ ...claims, exp: soon - 620 })
    const args = ['jwt', late, '--key', keyFiles.jwk(), '--alg', 'ES256']
    expect(cli(args).code).to.equal(1)
    expect(cli([...args, '--tolerance', '300']).code).to.equal(0)
  },

  'wrong calls: a key without an algorithm, checks without a key, unknown algorithms'() {
    const key = keyFiles.jwk()
    const text = token(claims)
    for (const args of [
      ['--key', key],
      ['--issuer', 'x'],
      ['--alg', 'ES256'],
      ['--key', key, '--alg', 'none'],
      ['--key', key, '--alg', 'ES256', '--tolerance', '-1'],
      ['--key', key, '--alg', 'ES256', '--tolerance', '9999'],
      [text],
    ])
      expect(cli(['jwt', text, ...args]).code, args.join(' ')).to.equal(2)
    expect(cli(['jwt', text, '--key', `${key}.none`, '--alg', 'ES256']).code).to.equal(3)
  },
}
