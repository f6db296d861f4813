// A component of the server: it checks a token there, and gives the rest to the page.
import { joseKeys, loadJose, verifyJwt } from '@kbve/locker/jose'
import { jwks, token } from '../src/given.js'
import { Profile } from './profile.jsx'

export const dynamic = 'force-dynamic'

export default async function Page() {
  await loadJose()
  const { claims } = verifyJwt(token, joseKeys(jwks), { algorithms: ['ES256'] })
  return (
    <main>
      <h1>Verified on the server: {claims.sub}</h1>
      <Profile />
    </main>
  )
}
