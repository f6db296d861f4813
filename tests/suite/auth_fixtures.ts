/** Answers of real servers, as tests/servers/capture.mjs wrote them down, read in every runtime. */
import { expect } from 'chai'
import type { Action, Backend, HttpResponse, Outcome, Proof } from '../../npm/src/auth/types.ts'
import strapi from '../servers/fixtures/strapi.json'
import type { SuiteContext } from './harness.ts'

interface Exchange {
  readonly name: string
  readonly backend: Backend
  readonly action: Action
  readonly proof?: Proof
  readonly now: number
  readonly response: HttpResponse
  /** What the test against the real server made of it. */
  readonly told: string
}

function told(outcome: Outcome): string {
  if (outcome.kind === 'refused') return `refused ${outcome.why.code}`
  return outcome.kind === 'pending' ? `pending ${outcome.pending.step}` : outcome.kind
}

export function suite(t: SuiteContext): void {
  t.describe('auth fixtures', () => {
    t.test('what a real Strapi has answered is read as it was then', async () => {
      const file = t.node ? new URL('../../npm/dist/auth/door.js', import.meta.url).href : '/pkg/auth/door.js'
      const module: typeof import('../../npm/src/auth/door.ts') = await import(file)
      const door = await module.loadAuthDoor()
      const kinds = new Set<string>()
      // JSON's types are wider than the contract.
      for (const exchange of strapi as unknown as Exchange[]) {
        const { name, backend, action, response, now, proof } = exchange
        const outcome = door.response(backend, action, response, { now, proof })
        expect(told(outcome), name).to.equal(exchange.told)
        kinds.add(exchange.told)
        // Cut short, no answer with a body makes a session.
        const body = String(response.body).slice(0, -1)
        if (outcome.kind !== 'session') continue
        const cut = door.response(backend, action, { ...response, body }, { now, proof })
        expect(told(cut), name).to.equal('refused bad_response')
      }
      expect([...kinds]).to.include.members(['session', 'user', 'sessions', 'done', 'refused rate_limited'])
    })
  })
}
