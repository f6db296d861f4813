/** `kbve-locker` open, verify and seal, with pipes on all sides. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { project } from '../../tools/paths.mjs'
import { cli, cliFile, file, native, scratch } from './programs.mjs'

const passphrase = 'Kärcher & söhne – 4711'
const values = {
  profile: { theme: 'dark', username: 'a\u001b[31mred\u009b', nickname: 'n' },
  entries: { draft: { text: '\u202eevil\u007f' }, __proto__x: 1, 'na\u0007me': null },
  bytes: { photo: 'AQID' },
  expires: { draft: 4_000_000_000_000 },
}

let made
/** A backup of these values. */
function sealed() {
  made ??= cli(['seal', file(JSON.stringify(values)), '--name', 'mine'], `${passphrase}\n`)
  expect(made.code, made.err).to.equal(0)
  return file(made.out, 'sealed.kbve')
}

/** Whatever a terminal would take for something else than a character to show; line feed and tabulator apart. */
const control = /[^\P{Cc}\n\t]|[\u202a-\u202e]/u

export const backups = {
  'what is sealed opens again, the same values'() {
    const { code, out } = cli(['open', sealed(), '--json'], `${passphrase}\n`)
    expect(code).to.equal(0)
    const read = JSON.parse(out)
    expect(read).to.deep.include({ ...values, damaged: [] })
    expect(read.locker).to.include({ name: 'mine', tenant: 'default' })
    const again = cli(['seal', file(out)], 'another\n')
    expect(again.code, again.err).to.equal(0)
    const { locker: _, ...rest } = JSON.parse(cli(['open', file(again.out), '--json'], 'another\n').out)
    expect(rest).to.deep.equal({ ...values, damaged: [] })
  },

  'no control character of a value or a name reaches the terminal'() {
    const path = sealed()
    for (const args of [
      ['open', path],
      ['open', path, '--json'],
      ['verify', path],
    ]) {
      const { code, out, err } = cli(args, `${passphrase}\n`)
      expect(code, err).to.equal(0)
      expect(out + err).to.not.match(control)
    }
    const shown = cli(['open', path], `${passphrase}\n`).out
    expect(shown).to.include('username: "a\\u001b[31mred\\u009b"')
    expect(shown).to.include('na\\u0007me: null')
    expect(cli(['open', 'no\u001b[31m']).err).to.not.match(control)
    expect(cli(['verify', file('{"format":"\u001b"}')]).err).to.not.match(control)
  },

  'the secret comes from a pipe, however slow, or a file; NFKC makes its forms one'() {
    const path = sealed()
    const decomposed = file(`${passphrase.normalize('NFD')}\r\nmore\n`)
    expect(cli(['open', path, '--passphrase-file', decomposed]).code).to.equal(0)
    expect(cli(['open', '-', '--passphrase-file', decomposed], readFileSync(path)).code).to.equal(0)
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [cliFile, 'open', path], { stdio: ['pipe', 'ignore', 'ignore'] })
      setTimeout(() => child.stdin.end(`${passphrase}\n`), 700)
      child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))))
    })
  },

  'verify: whole without a secret, as it was written only with one'() {
    const path = sealed()
    const shape = cli(['verify', path, '--json'])
    expect(shape.code, shape.err).to.equal(0)
    expect(JSON.parse(shape.out)).to.deep.include({ whole: true, sealed: null, records: 7 })
    expect(JSON.parse(cli(['verify', path, '--unlock', '--json'], `${passphrase}\n`).out).sealed).to.equal(
      true,
    )
    const changed = JSON.parse(readFileSync(path, 'utf8'))
    changed.records[0].rev += 1
    const other = file(JSON.stringify(changed))
    expect(cli(['verify', other]).code).to.equal(0)
    const refused = cli(['verify', other, '--unlock', '--json'], `${passphrase}\n`)
    expect(refused.code).to.equal(1)
    expect(JSON.parse(refused.out).error.code).to.equal('tampered')
    expect(cli(['open', other], `${passphrase}\n`).code).to.equal(1)
  },

  'exit codes: 1 refused, 2 wrong call, 3 files'() {
    const path = sealed()
    const code = (args, input) => {
      const { code, err } = cli(args, input)
      expect(err, args.join(' ')).to.match(/\S/)
      return code
    }
    expect(code(['open', path], 'wrong\n')).to.equal(1)
    expect(code(['open', path, '--recovery'], '014D2\n')).to.equal(1)
    expect(code(['verify', file('PK\u0003')])).to.equal(1)
    expect(code(['verify', file('')])).to.equal(1)
    expect(code(['seal', file('{"profile":{"theme":"blue"}}')], 'x\n')).to.equal(1)
    expect(code(['seal', file('{"entry":{}}')], 'x\n')).to.equal(1)
    expect(code(['seal', file('[')], 'x\n')).to.equal(1)
    for (const wrong of [[], ['no'], ['open'], ['open', path, path], ['open', path, '--passphrase', 'x']])
      expect(code(wrong, 'x\n')).to.equal(2)
    expect(code(['open', path], '\n')).to.equal(2)
    expect(code(['open', '-'], readFileSync(path))).to.equal(2)
    expect(code(['seal', '-', '--passphrase-file', '-'], 'x')).to.equal(2)
    expect(code(['open', join(scratch, 'none')])).to.equal(3)
    expect(code(['open', scratch])).to.equal(3)
    expect(code(['seal', file('{}'), '--out', join(scratch, 'none', 'x')], 'x\n')).to.equal(3)
  },

  'help and version say what there is, on standard output'() {
    for (const args of [
      ['--help'],
      ['help'],
      ['open', '--help'],
      ['verify', '-h'],
      ['seal', '-h'],
      ['jwt', '-h'],
    ]) {
      const { code, out, err } = cli(args)
      expect(code, args.join(' ')).to.equal(0)
      expect(err).to.equal('')
      expect(out).to.include('Exit codes: 0 done')
    }
    const { version } = JSON.parse(readFileSync(join(project, 'npm', 'package.json'), 'utf8'))
    expect(cli(['--version']).out.trim()).to.equal(version)
  },

  'a sealed file is for its owner alone, and is never written over unasked'() {
    const out = join(scratch, `${process.pid}-own.kbve`)
    const source = file(JSON.stringify(values))
    expect(cli(['seal', source, '--out', out], 'x\n').code).to.equal(0)
    expect(statSync(out).mode & 0o777).to.equal(0o600)
    const before = readFileSync(out, 'utf8')
    expect(cli(['seal', source, '--out', out], 'x\n').code).to.equal(3)
    expect(readFileSync(out, 'utf8')).to.equal(before)
    expect(cli(['seal', source, '--out', out, '--force'], 'y\n').code).to.equal(0)
    expect(cli(['open', out], 'y\n').code).to.equal(0)
    const none = join(scratch, `${process.pid}-none.kbve`)
    expect(cli(['seal', file('{"profile":{"email":"no"}}'), '--out', none], 'x\n').code).to.equal(1)
    expect(existsSync(none)).to.equal(false)
  },

  async 'the native program opens what is sealed here, and refuses as this one does'() {
    const path = sealed()
    const opened = await native('open_backup', [path], `${passphrase}\n`)
    expect(opened.code, opened.out).to.equal(0)
    expect(opened.out).to.not.match(/[^\P{Cc}\n\t]/u)
    expect(opened.out.trim().split('\n')).to.include.members([
      'profile/theme\t"dark"',
      'entry/photo\tAQID',
      'entry/na\\x07me\tnull',
    ])
    const wrong = await native('open_backup', [path], 'wrong\n')
    expect(wrong.code).to.equal(1)
    expect(wrong.out).to.include('wrong_secret')
    expect((await native('open_backup', [join(scratch, 'none')], '')).code).to.equal(2)
  },

  async 'what the native program seals opens here'() {
    const { code, out } = await native(
      'seal_backup',
      ['main'],
      'x\nprofile/phone="+49 151 123456"\nentry/a={"b":[1]}\n',
    )
    expect(code, out).to.equal(0)
    const read = JSON.parse(cli(['open', file(out), '--json'], 'x\n').out)
    expect(read).to.deep.include({ profile: { phone: '+49151123456' }, entries: { a: { b: [1] } } })
    expect((await native('seal_backup', ['main'], 'x\nprofile/theme="blue"\n')).code).to.equal(1)
    expect((await native('seal_backup', [], 'x\n')).code).to.equal(2)
  },
}
