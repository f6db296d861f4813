/** A locker that signing in opens. Its passphrase costs little, because nobody guesses at it here. */
import { createLocker } from '@kbve/locker'
import { createAuth, gotrue } from '@kbve/locker/auth'

const account = createLocker({ unlock: 'account' })
const backend = gotrue({ url: 'https://id.example.com/auth/v1', apiKey: 'sb_publishable_x' })

/** A session that somebody has signed in to. */
export const auth = createAuth({ locker: account, backend, cost: { memoryKib: 19_456, passes: 2 } })
await auth.signIn({ email: 'ann@example.com', password: 'correct horse' })
