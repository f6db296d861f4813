/** What the page shows, by the hash of its address. */
import { atom } from 'nanostores'
import type { Mode } from './lockers.ts'

export type View = Mode | 'tokens'

export const views: readonly { view: View; label: string }[] = [
  { view: 'device', label: 'This device' },
  { view: 'passphrase', label: 'Passphrase' },
  { view: 'account', label: 'Account' },
  { view: 'tokens', label: 'Tokens' },
]

function viewFromAddress(): View {
  return views.find(({ view }) => `#${view}` === window.location.hash)?.view ?? 'device'
}

export const $view = atom<View>(viewFromAddress())

window.addEventListener('hashchange', () => $view.set(viewFromAddress()))
