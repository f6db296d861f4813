/** Tables and sentences of the documentation that say what the code says elsewhere. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLocker } from '@kbve/locker'
import { appwrite, createAuth, gotrue, strapi } from '@kbve/locker/auth'
import { project } from '../../tools/paths.mjs'
import { policy } from '../browser/harness/server.mjs'
import { reasons } from '../differential/reasons.mjs'
import { blocksOf } from './blocks.mjs'

const read = (file) => readFileSync(join(project, file), 'utf8')

async function capabilities() {
  const kinds = [
    gotrue({ url: 'https://id.example.com/auth/v1', apiKey: 'x' }),
    strapi({ url: 'https://cms.example.com/api' }),
    appwrite({ url: 'https://aw.example.com/v1', project: 'p1' }),
  ]
  return Promise.all(
    kinds.map((backend) => createAuth({ locker: createLocker({ unlock: 'ask' }), backend }).capabilities()),
  )
}

/** `name` → the three answers of its row. */
function capabilityTable() {
  const rows = read('docs/accounts.md').matchAll(/^\| `(\w+)` \| *(\w*) *\| *(\w*) *\| *(\w*) *\|/gm)
  return new Map([...rows].map(([, name, ...answers]) => [name, answers.map((answer) => answer || 'no')]))
}

const tests = {
  async 'docs/accounts.md has the table of what each backend can'() {
    const real = await capabilities()
    const table = capabilityTable()
    const actions = Object.keys(real[0])
    if (actions.join() !== [...table.keys()].join()) return `the actions are ${actions.join(', ')}`
    const wrong = actions.filter(
      (action) => table.get(action).join() !== real.map((can) => can[action]).join(),
    )
    return wrong.map((action) => `${action}: ${real.map((can) => can[action]).join(', ')}`).join('\n')
  },

  'docs/getting_started.md names the content security policy that the tests run under'() {
    const [block] = blocksOf('docs/getting_started.md').filter(({ lang }) => lang === 'text')
    return block.code === policy ? '' : `it is ${policy}`
  },

  'docs/tokens.md names every token that is refused here and taken by jose'() {
    const text = read('docs/tokens.md')
    return reasons
      .filter(({ name }) => !text.includes(`**${name}**`))
      .map(({ name }) => `docs/tokens.md has no **${name}**`)
      .join('\n')
  },

  'the version is the same everywhere'() {
    const { version } = JSON.parse(read('npm/package.json'))
    const says = {
      'CMakeLists.txt': `VERSION ${version} `,
      'README.md': `version ${version} `,
      'docs/getting_started.md': `-${version}.tgz`,
    }
    return Object.entries(says)
      .filter(([file, text]) => !read(file).includes(text))
      .map(([file]) => `${file} does not say ${version}`)
      .join('\n')
  },

  'the README names every entry of the package'() {
    const { exports } = JSON.parse(read('npm/package.json'))
    return Object.keys(exports)
      .filter((entry) => entry !== '.' && exports[entry].types)
      .filter((entry) => !read('README.md').includes(`\`…${entry.slice(1)}\``))
      .map((entry) => `the README does not name ${entry}`)
      .join('\n')
  },

  'npm/README.md names every entry of the package'() {
    const { exports, bin } = JSON.parse(read('npm/package.json'))
    const text = read('npm/README.md')
    const imports = Object.keys(exports)
      .filter((entry) => entry !== './package.json')
      .map((entry) => `\`@kbve/locker${entry.slice(1)}\``)
    const commands = Object.keys(bin).map((name) => `\`npx ${name}\``)
    return [...imports, ...commands]
      .filter((name) => !new RegExp(`^\\| ${name.replaceAll(/[.*]/g, '\\$&')} \\|`, 'm').test(text))
      .map((name) => `npm/README.md has no row for ${name}`)
      .join('\n')
  },

  'CONTRIBUTING.md names every script of package.json'() {
    const { scripts } = JSON.parse(read('package.json'))
    const text = `${read('CONTRIBUTING.md')}\n${read('docs/performance.md')}\n${read('docs/accounts.md')}`
    return Object.keys(scripts)
      .filter((name) => !new RegExp(`(npm (run )?|\`)${name}\\b`).test(text))
      .map((name) => `nothing tells of npm run ${name}`)
      .join('\n')
  },
}

export async function promises(tell) {
  for (const [name, test] of Object.entries(tests)) tell(name, (await test()) || undefined)
}
