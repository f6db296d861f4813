import { existsSync } from 'node:fs'
import { ensurePackages } from './apt.mjs'
import { which } from './exec.mjs'

/** Each browser by the variable that names another one, and the commands it may be found under. */
const programs = {
  chromium: { variable: 'KBVE_CHROMIUM', names: ['chromium', 'chromium-browser', 'google-chrome'] },
  firefox: { variable: 'KBVE_FIREFOX', names: ['firefox-esr', 'firefox'] },
}

async function program(browser, packages, why) {
  const { variable, names } = programs[browser]
  const given = process.env[variable]
  if (given && existsSync(given)) return { [variable]: given }
  const found = () => names.map(which).find(Boolean)
  if (!found()) await ensurePackages(packages, why)
  return { [variable]: found() }
}

/**
 * The environment in which the tests find a browser; it is installed from Debian when the machine has none.
 * KBVE_CHROMIUM, KBVE_FIREFOX and KBVE_MINIBROWSER name others.
 */
export const browserEnvironment = {
  chromium: () => program('chromium', { chromium: 'chromium' }, 'the tests in a real browser'),
  firefox: () =>
    program(
      'firefox',
      { 'firefox-esr': 'firefox-esr' },
      'the tests in Firefox: some 80 MB, a minute or less',
    ),
  async webkit() {
    await ensurePackages(
      { WebKitWebDriver: 'webkit2gtk-driver', 'xvfb-run': 'xvfb', xauth: 'xauth' },
      'the tests in WebKitGTK, on a display of their own: some 100 MB, a minute or two',
    )
    return {}
  },
}

/** The path of Chromium. */
export async function chromium() {
  return (await browserEnvironment.chromium()).KBVE_CHROMIUM
}
