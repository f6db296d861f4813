/** auth.wasm through its door: values go in and come out as their types say, and refusals are errors. */
import { expect } from 'chai'
import type { Action, AuthEvent, Backend, MachineState, Session } from '../../npm/src/auth/types.ts'
import type { SuiteContext } from './harness.ts'
import { bytesPart, refused, signed } from './tokens.ts'

const now = 1_760_000_000_000
const gotrue: Backend = { kind: 'gotrue', url: 'http://127.0.0.1:9999', apiKey: 'sb_publishable_x' }
const signIn: Action = { type: 'signIn', email: 'ann@example.com', password: 'correct horse' }

async function answer(user = 'u1') {
  const claims = { sub: user, session_id: 's1', aal: 'aal1', iat: now / 1000, exp: now / 1000 + 3600 }
  return {
    access_token: await signed(claims),
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token: 'abcdefghijkl',
    user: { id: user, email: 'ann@example.com', user_metadata: { deep: [{ grüße: '🙂' }] } },
  }
}

export function suite(t: SuiteContext): void {
  /** The file that is published; it has no public name of its own. */
  async function loadAuthDoor() {
    const file = t.node ? new URL('../../npm/dist/auth/door.js', import.meta.url).href : '/pkg/auth/door.js'
    const module: typeof import('../../npm/src/auth/door.ts') = await import(file)
    return module.loadAuthDoor()
  }

  t.describe('auth door', () => {
    async function session(): Promise<Session> {
      const door = await loadAuthDoor()
      const response = { status: 200, headers: [], body: JSON.stringify(await answer()) }
      const outcome = door.response(gotrue, signIn, response, { now })
      if (outcome.kind !== 'session') throw new Error(JSON.stringify(outcome))
      return outcome.session
    }

    t.test('an action becomes a request that fetch takes', async () => {
      const door = await loadAuthDoor()
      const request = door.request(gotrue, signIn)
      expect(request.url).to.equal('http://127.0.0.1:9999/token?grant_type=password')
      expect(JSON.parse(request.body ?? '')).to.deep.equal({
        email: 'ann@example.com',
        password: 'correct horse',
      })
      const { url, method, headers, body, credentials } = request
      const made = new Request(url, { method, headers, body: body ?? null, credentials })
      expect(made.headers.get('apikey')).to.equal('sb_publishable_x')
    })

    t.test('what cannot be asked is an error with its code and field', async () => {
      const door = await loadAuthDoor()
      await refused('not_supported', undefined, () => door.request(gotrue, { type: 'createJwt' }))
      await refused('session_missing', undefined, () => door.request(gotrue, { type: 'getUser' }))
      const half: Action = { type: 'signIn', email: 'a@b.c' }
      await refused('invalid_input', 'password', () => door.request(gotrue, half))
      const open = { ...gotrue, url: 'http://example.com' }
      await refused('invalid_input', 'url', () => door.request(open, signIn))
    })

    t.test('a response becomes a session, a refusal or bad_response', async () => {
      const door = await loadAuthDoor()
      const came = await session()
      expect(came.proof.userId).to.equal('u1')
      expect(JSON.parse(came.user?.raw ?? '')).to.deep.equal((await answer()).user)
      const no = { code: 'invalid_credentials', message: 'Invalid login credentials' }
      const outcome = door.response(
        gotrue,
        signIn,
        { status: 400, headers: [['content-type', 'application/json']], body: JSON.stringify(no) },
        { now },
      )
      expect(outcome).to.have.nested.property('why.code', 'invalid_credentials')
      expect(outcome).to.have.nested.property('why.backendMessage', 'Invalid login credentials')
      for (const body of ['', '<html>', new Uint8Array([0xff, 0, 0x7b]), '{"access_token":"x"}']) {
        const got = door.response(gotrue, signIn, { status: 200, headers: [], body }, { now })
        expect(got).to.have.nested.property('why.code', 'bad_response')
      }
      const large = { status: 200, headers: [], body: new Uint8Array(3_000_000) }
      await refused('too_large', undefined, () => door.response(gotrue, signIn, large, { now }))
    })

    t.test('the machine goes from sign-in through refresh to sign-out', async () => {
      const door = await loadAuthDoor()
      let state: MachineState | undefined
      const step = (event: AuthEvent) => {
        const next = door.step(state, event)
        // As it comes out of the locker.
        state = JSON.parse(JSON.stringify(next.state))
        return next
      }
      const types = (next: ReturnType<typeof step>) => next.effects.map(({ type }) => type)
      expect(step({ type: 'signInStarted', now }).view.state).to.equal('signing-in')
      const first = step({ type: 'received', now, session: await session() })
      expect(types(first)).to.deep.equal(['store', 'notify', 'wake'])
      expect(first.view).to.include({ state: 'signed-in', userId: 'u1', level: 1 })
      expect(first.view.claims).to.include({ sub: 'u1' })
      expect(JSON.stringify(first.view)).not.to.contain('abcdefghijkl')
      expect(types(step({ type: 'needed', now: now + 1000, tab: 'a' }))).to.deep.equal(['use', 'wake'])
      const later = now + 3_500_000
      const due = step({ type: 'tick', now: later, tab: 'a' })
      const refresh = due.effects.find((effect) => effect.type === 'refresh')
      expect(refresh).to.have.property('id', 1)
      expect(types(step({ type: 'tick', now: later, tab: 'b' }))).not.to.contain('refresh')
      step({ type: 'refreshed', now: later + 500, id: 1, session: await session() })
      const out = step({ type: 'signOut', now: later + 1000, text: 'local' })
      expect(out.view.state).to.equal('anonymous')
      expect(types(out)).to.contain('revoke')
      expect(door.view(state, later)).to.have.property('pendingSignOuts', 1)
    })

    t.test('a flow has a verifier of its own each time', async () => {
      const door = await loadAuthDoor()
      const verifiers = new Set<string>()
      for (let i = 0; i < 20; i += 1) {
        const { effects } = door.step(undefined, { type: 'flowBegun', now, text: 'oauth' })
        const begun = effects.find((effect) => effect.type === 'flow')
        if (begun?.type !== 'flow') throw new Error('no flow')
        const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(begun.flow.verifier))
        expect(bytesPart(new Uint8Array(digest))).to.equal(begun.challenge)
        verifiers.add(begun.flow.verifier)
      }
      expect(verifiers.size).to.equal(20)
    })

    t.test('an address that was returned to is read', async () => {
      const door = await loadAuthDoor()
      expect(door.redirect('https://x/cb?code=c&kbve_flow=f')).to.deep.equal({ code: 'c', flow: 'f' })
      expect(door.redirect('https://x/cb')).to.equal(undefined)
      expect(door.redirect('https://x/cb#access_token=a.b.c')).to.equal(undefined)
    })

    t.test('the table says what each backend can', async () => {
      const door = await loadAuthDoor()
      const table = door.capabilities()
      expect(table).to.have.length(29)
      expect(table.find(({ action }) => action === 'createJwt')).to.include({ gotrue: 'no', appwrite: 'yes' })
    })

    t.test('uptime is counted and drawn', async () => {
      const door = await loadAuthDoor()
      let state = ''
      for (let i = 0; i < 10; i += 1) {
        const at = now + i * 60_000
        state = door.addLook(state, { at, status: i === 3 ? 0 : 200, latency: 50 }, at)
      }
      const seen = door.uptime(state, now + 600_000)
      expect(seen.health).to.equal('up')
      expect(seen.windows.hour).to.include({ samples: 10, ratio: 0.9 })
      expect(seen.nextLook).to.be.greaterThan(now + 600_000)
      const svg = door.badge(state, '<API>', 'hour', now + 600_000)
      expect(svg).to.contain('aria-label="&lt;API&gt;: up, 90 % in an hour"')
    })
  })
}
