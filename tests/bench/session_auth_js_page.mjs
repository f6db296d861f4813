import { AuthClient } from '@supabase/auth-js'
import { ann, answer, url, visit } from './session_pages.mjs'

const auth = new AuthClient({ url, headers: { apikey: 'key' }, fetch: answer, storage: localStorage })
visit({
  signIn: () => auth.signInWithPassword(ann),
  restored: async () => (await auth.getSession()).data.session?.user.id,
})
