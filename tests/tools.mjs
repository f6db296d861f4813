/** Tests of tools/: what they read from a machine, and how they count. Last line: "N passed, N failed". */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { debianMirror, parseDeb822, parseOneLine } from '../tools/apt.mjs'
import { counts } from '../tools/counts.mjs'
import { exec, which } from '../tools/exec.mjs'
import { withLock } from '../tools/lock.mjs'
import { Problem } from '../tools/say.mjs'
import { serve } from '../tools/serve.mjs'

async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'kbve-tools-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A Problem whose sentence matches, out of a function that must throw one. */
async function problemOf(work) {
  try {
    await work()
  } catch (error) {
    expect(error).to.be.instanceOf(Problem)
    return error.message
  }
  throw new Error('it went through')
}

const apt = (folder, files) => {
  mkdirSync(join(folder, 'sources.list.d'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return debianMirror(folder)
}

const tests = {
  'apt: deb822, continued fields, comments, disabled and source stanzas'() {
    const text = [
      '# made by hand',
      'Types: deb deb-src',
      'URIs: http://one.example/debian',
      'Suites: stable',
      ' stable-updates',
      'Components: main contrib',
      '',
      'Types: deb-src',
      'URIs: http://two.example/debian',
      'Suites: stable',
      'Components: main',
      '',
      'Enabled: no',
      'Types: deb',
      'URIs: http://three.example/debian',
      'Suites: stable',
      'Components: main',
    ].join('\n')
    expect(parseDeb822(text)).to.deep.equal([
      {
        uris: ['http://one.example/debian'],
        suites: ['stable', 'stable-updates'],
        components: ['main', 'contrib'],
      },
    ])
  },

  'apt: the one-line form with options and comments'() {
    const text =
      'deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian stable main # here\n# deb http://no x main\n'
    expect(parseOneLine(text)).to.deep.equal([
      { uris: ['http://one.example/debian'], suites: ['stable'], components: ['main'] },
    ])
  },

  'apt: the archive is found behind security and foreign entries'() {
    return inFolder((folder) => {
      const found = apt(folder, {
        'sources.list': 'deb http://security.example/debian-security stable-security main\n',
        'sources.list.d/a.list': 'deb https://tool.example/deb stable main\n',
        'sources.list.d/b.sources':
          'Types: deb\nURIs: https://near.example/debian/\nSuites: stable\nComponents: main\n',
      })
      expect(found).to.equal('https://near.example/debian/')
    })
  },

  'apt: no archive is a sentence that says what to do'() {
    return inFolder(async (folder) => {
      expect(await problemOf(() => apt(folder, {}))).to.match(/No Debian mirror.*on PATH/)
    })
  },

  'exec: a failing command is a Problem with its code, and its output is kept'() {
    const script = 'console.log("words"); process.exit(3)'
    return Promise.all([
      exec(process.execPath, ['-e', script], { capture: true, check: false }).then(({ code, output }) => {
        expect(code).to.equal(3)
        expect(output).to.equal('words\n')
      }),
      problemOf(() => exec(process.execPath, ['-e', script], { capture: true, label: 'it' })).then(
        (message) => expect(message).to.equal('it failed with exit code 3.'),
      ),
      problemOf(() => exec('/nowhere/at-all', [])).then((message) =>
        expect(message).to.match(/could not be started/),
      ),
    ])
  },

  'which: finds what is on PATH and nothing else'() {
    expect(which('node')).to.be.a('string')
    expect(which('no-such-command-here')).to.equal(undefined)
  },

  'lock: one at a time, released after an error, taken over from the dead'() {
    return inFolder(async (folder) => {
      const lock = join(folder, 'deep', 'lock')
      const order = []
      const slow = withLock(lock, 'a test', async () => {
        await new Promise((resolve) => setTimeout(resolve, 50))
        order.push('first')
        throw new Error('on purpose')
      })
      const second = withLock(lock, 'a test', async () => order.push('second'))
      await slow.catch(() => order.push('failed'))
      await second
      expect(order).to.deep.equal(['first', 'failed', 'second'])
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), '999999999')
      expect(await withLock(lock, 'a test', async () => 'taken over')).to.equal('taken over')
      expect(readdirSync(join(folder, 'deep'))).to.deep.equal([])
    })
  },

  'counts: our own last line, GoogleTest, and neither'() {
    expect(counts('ok x\n3 passed, 1 failed\nmore\n5 passed, 0 failed\n')).to.deep.equal({
      passed: 5,
      failed: 0,
    })
    expect(counts('[  PASSED  ] 12 tests.\n[  FAILED  ] 2 tests, listed below:\n')).to.deep.equal({
      passed: 12,
      failed: 2,
    })
    expect(counts('[  PASSED  ] 1 test.\n')).to.deep.equal({ passed: 1, failed: 0 })
    expect(counts('Segmentation fault')).to.deep.equal({ passed: 0, failed: 0 })
  },

  'serve: types, policy, nothing outside the folder, the next free port'() {
    return inFolder(async (folder) => {
      mkdirSync(join(folder, 'web'))
      writeFileSync(join(folder, 'secret.txt'), 'outside')
      writeFileSync(join(folder, 'web', 'index.html'), '<p>hello')
      writeFileSync(join(folder, 'web', 'a.wasm'), 'x')
      const first = await serve(join(folder, 'web'))
      const port = Number(new URL(first.url).port)
      const second = await serve(join(folder, 'web'), port)
      try {
        expect(Number(new URL(second.url).port)).to.be.greaterThan(port)
        const page = await fetch(first.url)
        expect(await page.text()).to.equal('<p>hello')
        expect(page.headers.get('content-security-policy')).to.contain("script-src 'self' 'wasm-unsafe-eval'")
        expect((await fetch(`${first.url}a.wasm`)).headers.get('content-type')).to.equal('application/wasm')
        expect((await fetch(`${first.url}..%2fsecret.txt`)).status).to.equal(404)
        expect((await fetch(`${first.url}%ff`)).status).to.equal(404)
        expect((await fetch(first.url, { method: 'POST' })).status).to.equal(405)
      } finally {
        await first.close()
        await second.close()
      }
    })
  },
}

let passed = 0
let failed = 0
for (const [name, test] of Object.entries(tests)) {
  try {
    await test()
    passed += 1
    console.log(`ok      ${name}`)
  } catch (error) {
    failed += 1
    console.log(`FAILED  ${name}\n        ${error.stack?.replaceAll('\n', '\n        ')}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
