/** What a locker says after something was changed behind its back; and what it should say. */
import type { LockerError, Status } from '@kbve/locker'
import type { Place } from './fields.ts'

export interface Verdict {
  tone: 'good' | 'bad' | 'open'
  title: string
  text: string
}

const integrities = {
  header:
    'integrity "header": the header is not the one that was sealed, so the locker is open for reading only.',
  records: 'integrity "records": what lies there is not what was last sealed.',
  rolled_back: 'integrity "rolled_back": all of it is whole, and an older copy.',
}

export function verdictOf(status: Status, refused: LockerError | undefined): Verdict {
  if (refused) return { tone: 'bad', title: `Refused: ${refused.code}`, text: refused.message }
  if (status.state !== 'unlocked')
    return { tone: 'open', title: 'Locked', text: 'Open it, and see what it says.' }
  const told = [
    ...(status.integrity === 'ok' ? [] : [integrities[status.integrity]]),
    ...(status.damaged.length > 0
      ? [`Damaged, and set aside: ${status.damaged.join(', ')}. Everything else is open.`]
      : []),
  ]
  return told.length > 0
    ? { tone: 'bad', title: 'Open, and it noticed', text: told.join(' ') }
    : {
        tone: 'good',
        title: 'Open, and whole',
        text: 'Header, root and every record are what was last sealed.',
      }
}

/** What is to be expected of one changed byte there. */
export function expectation({ store, key, path }: Place): string {
  if (store === 'cookie') return 'The cookie alone is refused (cookie_invalid).'
  if (key === 'header') {
    const [member] = path
    if (member === 'slots')
      return path.at(-1) === 'created'
        ? 'The mac of the header does not hold: reading only.'
        : 'The key of this slot opens it no more: refused as if the secret were wrong, or told as tampered.'
    return member === 'locker_id' || member === 'key_id'
      ? 'Every slot is bound to it: none opens, and the locker is refused.'
      : 'The slot opens, the mac of the header does not hold: reading only.'
  }
  if (key === 'root')
    return 'The root does not open, so nobody can vouch for the set of records: integrity "records".'
  return path[0] === 'box' || path[0] === 'nonce'
    ? 'This record does not open and is named; the rest opens.'
    : 'This record does not open and is named, and the root knows another version of it.'
}
