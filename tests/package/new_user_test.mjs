/** Somebody who has never heard of it: the commands and the code of npm/README.md, as they stand there. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { project } from '../../tools/paths.mjs'
import { freePort, removeFolder, scratchFolder, startProcess } from '../../tools/servers/process.mjs'
import { packed } from './harness/consumer.mjs'
import { openPage } from './harness/page.mjs'

/** What the README's first code blocks of these languages say. */
function fromReadme() {
  const text = readFileSync(join(project, 'npm', 'README.md'), 'utf8')
  const block = (language) => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)[1]
  return { commands: block('sh').trim().split('\n'), code: block('tsx') }
}

const minutes = 5
const lines = 25

export const tests = {
  async 'a new user: from npm create vite to a sealed profile'({ browser, given }) {
    const { file } = await packed()
    const { commands, code } = fromReadme()
    const own = code.trim().split('\n')
    expect(own.length, 'lines of code').to.be.below(lines)

    const from = performance.now()
    const root = scratchFolder('new-user')
    let cwd = root
    const env = { ...process.env, npm_config_yes: 'true', CI: 'true' }
    for (const command of commands) {
      const [program, ...args] = command.split(' ').map((word) => (word === '@kbve/locker' ? file : word))
      if (program === 'cd') cwd = join(cwd, ...args)
      else await exec(program, args, { cwd, quiet: true, env })
    }
    expect(cwd).not.to.equal(root)
    writeFileSync(join(cwd, 'src', 'App.tsx'), code)

    // What the template itself has for a check of types comes with its build.
    await exec('npm', ['run', 'build'], { cwd, quiet: true, env })
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    const vite = join(cwd, 'node_modules', '.bin', 'vite')
    const options = ['--host', '127.0.0.1', '--port', String(port), '--strictPort']
    const ready = async () => (await fetch(url)).ok
    const server = await startProcess('Vite', vite, options, { cwd, ready, env })
    const tab = await openPage(browser, url)
    const name = tab.page.getByLabel('Name')
    await name.fill(given.planted)
    await name.blur()
    await tab.page.getByRole('button', { name: 'auto' }).click()
    await tab.page.reload()
    await tab.page.getByRole('button', { name: 'dark' }).waitFor()
    expect(await name.inputValue()).to.equal(given.planted)
    const time = (performance.now() - from) / 1000
    const disk = await tab.disk()
    expect(disk).to.include('profile/username').and.to.include('box=').and.not.to.include(given.planted)
    expect(tab.complaints).to.deep.equal([])
    await tab.close()
    await server.stop()
    removeFolder(root)
    console.log(`        ${own.length} lines, ${commands.length} commands, ${time.toFixed(0)} s`)
    expect(time, 'seconds').to.be.below(minutes * 60)
  },
}
