import { createLocker } from '@kbve/locker'
import { createAuth, gotrue } from '@kbve/locker/auth'
import { ann, answer, url, visit } from './session_pages.mjs'

const locker = createLocker({ name: 'bench-session' })
const auth = createAuth({ locker, backend: gotrue({ url, apiKey: 'key' }), ports: { fetch: answer } })
visit({
  async signIn() {
    await auth.signIn(ann)
    await locker.flush()
  },
  async restored() {
    await auth.ready
    return auth.session.user?.id
  },
})
