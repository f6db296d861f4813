import { existsSync } from 'node:fs'
import { ensurePackages } from './apt.mjs'
import { which } from './exec.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The path of Chromium; installed from Debian when the machine has none. KBVE_CHROMIUM names another. */
export async function chromium() {
  const given = process.env.KBVE_CHROMIUM
  if (given && existsSync(given)) return given
  const found = () => names.map(which).find(Boolean)
  if (!found()) await ensurePackages({ chromium: 'chromium' }, 'the tests in a real browser')
  return found()
}
