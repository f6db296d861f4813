/** The files that the pages' command lines speak of: made anew for each command. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { project } from '../../tools/paths.mjs'

export const passphrase = 'a long sentence that I remember'

const folder = join(project, 'build', 'docs_files')
const values = {
  profile: { username: 'ann', theme: 'dark' },
  entries: { draft: { text: 'Dear …' } },
  bytes: { photo: 'AQID' },
}

/** Makes them once, by the command line itself and by jose. */
export async function makeFiles() {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'values.json'), JSON.stringify(values))
  const args = [
    join(project, 'npm', 'dist', 'cli.js'),
    'seal',
    'values.json',
    '--out',
    'profile.kbve',
    '--force',
  ]
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    input: `${passphrase}\n${passphrase}\n`,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  writeFileSync(
    join(folder, 'jwks.json'),
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k1' }] }),
  )
  const token = await new SignJWT({ sub: 'ann' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setExpirationTime('1h')
    .sign(privateKey)
  writeFileSync(join(folder, 'token'), token)
}

/** A copy of them. `backup.kbve` is not there, so that a command can write it. */
export function folderWithFiles() {
  if (!existsSync(join(folder, 'token'))) throw new Error('makeFiles was not called')
  const copy = mkdtempSync(join(project, 'build', 'docs_folder_'))
  cpSync(folder, copy, { recursive: true })
  return copy
}
