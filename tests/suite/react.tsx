/** What React draws without a page, and how a page takes it over. What people do with it is in tests/browser. */
import { createLocker, memoryStorage } from '@kbve/locker'
import { LockerProvider, UnlockForm, useField, useLocker, useProfile, useStatus } from '@kbve/locker/react'
import { expect } from 'chai'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import type { SuiteContext } from './harness.ts'
import { freshLocker, openLocker, settled, until } from './help.ts'
import { complaints, hydrated } from './hydration.ts'

function Card() {
  const { state } = useStatus()
  const { username } = useProfile()
  const { draft } = useField('theme')
  return (
    <p>
      {state} {username || 'nobody'} {draft}
    </p>
  )
}

export function suite(t: SuiteContext): void {
  t.test('a server draws what a locker is before it is open, whatever its own locker holds', async () => {
    const { locker: ann } = await freshLocker(t, t.disk())
    const { locker: bea } = await freshLocker(t, t.disk())
    ann.patch({ username: 'ann', theme: 'dark' })
    const card = (locker: typeof ann) =>
      renderToString(
        <LockerProvider locker={locker}>
          <Card />
        </LockerProvider>,
      ).replaceAll('<!-- -->', '')
    expect(card(ann)).to.equal('<p>opening nobody auto</p>')
    expect(card(bea)).to.equal(card(ann))
    expect(renderToString(<UnlockForm locker={ann} />)).to.contain('aria-busy="true"')
  })

  t.test('a server draws the form without a passphrase field, and busy', async () => {
    const locker = createLocker({ unlock: 'ask', storage: memoryStorage() })
    t.after(() => locker[Symbol.dispose]())
    const html = renderToString(<UnlockForm locker={locker} className="mine" />)
    expect(html).to.match(/^<form [^>]*class="mine"[^>]*aria-busy="true"/)
    expect(html).to.contain('method="dialog"')
    expect(html).not.to.contain('password')
    expect(locker.status.state, 'drawing opened nothing').to.equal('opening')
  })

  t.test('without provider and without locker they say what is missing', () => {
    const Lost = () => <>{useLocker().status.state}</>
    expect(() => renderToString(<Lost />)).to.throw(TypeError, /LockerProvider/)
  })

  t.test(
    'a page takes it over without a word, and then shows the locker',
    async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const first = openLocker(t, where)
      await settled(first)
      first.patch({ username: 'ann', theme: 'dark' })
      await first.flush()
      const onServer = createLocker({ storage: memoryStorage() })
      t.after(() => onServer[Symbol.dispose]())
      const page = (locker: typeof first) => (
        <StrictMode>
          <LockerProvider locker={locker}>
            <Card />
            <UnlockForm />
          </LockerProvider>
        </StrictMode>
      )
      const html = renderToString(page(onServer))
      const said = await complaints(async (note) => {
        // Open long before React comes: what it draws first must still be what the server drew.
        const element = hydrated(t, html, page(first), note)
        expect(element.textContent).to.contain('opening nobody auto')
        await until('the page shows the locker', () => element.textContent === 'unlocked ann dark')
        first.set('username', 'bea')
        await until('it follows', () => element.textContent === 'unlocked bea dark')
      })
      expect(said).to.deep.equal([])
    },
    { only: ['chromium', 'firefox', 'webkit'] },
  )

  t.test(
    'a mismatch would be seen (proof that this test can fail)',
    async () => {
      const said = await complaints(async (note) => {
        const element = hydrated(t, '<p>server</p>', <p>page</p>, note)
        await until('React has drawn it anew', () => element.textContent === 'page')
      })
      expect(said.join()).to.match(/hydrat/i)
    },
    { only: ['chromium', 'firefox', 'webkit'] },
  )
}
