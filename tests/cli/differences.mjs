/** Two readers and two writers of one format: TypeScript's and C++'s agree about every file, to the byte. */
import { expect } from 'chai'
import { cli, file, native } from './programs.mjs'

const dist = new URL('../../npm/dist/', import.meta.url)
const from = async (name) => import(new URL(name, dist).href)

/** What TypeScript's reader says: `''` where it reads the file. */
async function typescriptSays(text) {
  const { loadCore } = await from('core.js')
  const { readBackup, backupText } = await from('backup/backup_file.js')
  const core = await loadCore()
  try {
    return { code: '', again: backupText(readBackup(core, text)).join('') }
  } catch (error) {
    return { code: error.code }
  }
}

/** And C++'s. With no passphrase slot there is nothing to derive, so a file that is read ends as `wrong_secret`. */
async function nativeSays(text) {
  const { out } = await native('open_backup', [file(text)], 'x\n')
  const code = /^(\w+):/m.exec(out)?.[1] ?? `?${out}`
  return code === 'wrong_secret' ? '' : code
}

const box = 'A'.repeat(107)
const record = `{"id":"entry/a","rev":5,"writer":"AQIDBAUGBwg","epoch":1,"kind":"json","expires":0,"nonce":"${'A'.repeat(16)}","box":"${box}"}`
const part = record.replace('entry/a', 'part/a/0').replace('"json"', '"bytes"')
const root = record.replace('entry/a', 'root')
const b16 = 'A'.repeat(22)
const b32 = 'A'.repeat(43)
const slot = `{"id":"${b16}","kind":"recovery","label":"Paper","created":1,"kdf":{"alg":"hkdf-sha256","salt":"${b32}"},"nonce":"${'A'.repeat(16)}","wrapped":"${'A'.repeat(64)}"}`
const header = `{"format":1,"rev":1,"locker_id":"${b16}","key_id":"${b16}","tenant":"t","name":"n","created":1,"epoch":1,"slots":[${slot}],"mac":"${b32}"}`
const whole = `{"format":"kbve-locker/1","header":${header},"records":[${record}],"root":${root},"mac":"${b32}"}`

/** Small changes of which some are harmless and most are not. */
const changes = [
  (text) => text,
  (text) => ` \n\t${text}\r\n`,
  (text) => text.replaceAll(',"', ' ,\n "'),
  (text) => text.replace(/^\{"format":"kbve-locker\/1",(.*)\}$/, '{$1,"format":"kbve-locker/1"}'),
  (text) => text.replace('entry/a', 'entry\\/a'),
  (text) => text.replace('entry/a', 'entry/\\u00e4\u2028😀'),
  (text) => text.replace('entry/a', 'entry/\\ud83d\\ude00'),
  (text) => text.replace('entry/a', 'entry/\\ud83d'),
  (text) => text.replace('entry/a', 'entry/\\"\\\\'),
  (text) => text.replace('"id":"entry/a"', '"\\u0069d":"entry/a"'),
  (text) => text.replace('"Paper"', '"\\udc00"'),
  (text) => text.replace('entry/a', 'x'.repeat(512)),
  (text) => text.replace('entry/a', 'ä'.repeat(256)),
  (text) => text.replace('entry/a', 'ä'.repeat(257)),
  (text) => text.replace('entry/a', ''),
  (text) => text.replace('entry/a', 'root'),
  (text) => text.replace('"rev":5', '"rev":5.0'),
  (text) => text.replace('"rev":5', '"rev":5e0'),
  (text) => text.replace('"rev":5', '"rev":-0'),
  (text) => text.replace('"rev":5', '"rev":05'),
  (text) => text.replace('"rev":5', '"rev":"5"'),
  (text) => text.replace('"rev":5', '"rev":9007199254740991'),
  (text) => text.replace('"rev":5', '"rev":9007199254740992'),
  (text) => text.replace('"rev":5', '"rev":9007199254740993'),
  (text) => text.replace('"rev":5', '"rev":5,"rev":5'),
  (text) => text.replace('"rev":5', '"rev":5,"\\u0072ev":5'),
  (text) => text.replace('"rev":5', '"Rev":5'),
  (text) => text.replace('"rev":5', '"rev":5,"__proto__":{}'),
  (text) => text.replace('"rev":5', '"rev":true'),
  (text) => text.replace('"epoch":1,"kind"', '"epoch":4294967295,"kind"'),
  (text) => text.replace('"epoch":1,"kind"', '"epoch":4294967296,"kind"'),
  (text) => text.replace('"json"', '"gone"'),
  (text) => text.replace('"json"', '"bytes"'),
  (text) => text.replace('"json"', '"parts"'),
  (text) => text.replace('"json"', '"JSON"'),
  (text) => text.replace(/"json"(?=[^"]*"expires":0,"nonce":"A*","box":"A*"\},"mac")/, '"gone"'),
  (text) => text.replace(box, box.slice(4)),
  (text) => text.replace(box, `${box}A`),
  (text) => text.replace(box, `${box.slice(0, -1)}B`),
  (text) => text.replace(box, `${box}=`),
  (text) => text.replace(box, box.replace('A', '+')),
  (text) => text.replace('"AQIDBAUGBwg"', '"AQIDBAUGBwk"'),
  (text) => text.replace('"AQIDBAUGBwg"', '"AQIDBAUGBwgA"'),
  (text) => text.replace(record, ''),
  (text) => text.replace(record, `${record},${record}`),
  (text) => text.replace(record, `${record},${record.replace('entry/a', 'entry/b')}`),
  (text) => text.replace(record, `${record},`),
  (text) => text.replace(record, `${record},null`),
  (text) => text.replace(record, `[${record}]`),
  (text) => text.replace(`[${record}]`, record),
  (text) => text.replace(slot, ''),
  (text) => text.replace('"recovery"', '"device"'),
  (text) => text.replace('"recovery"', '"future"'),
  (text) => text.replace('"hkdf-sha256"', '"scrypt"'),
  (text) => text.replace('{"format":1', '{"format":2'),
  (text) => text.replace('{"format":1', '{"format":1.0'),
  (text) => text.replace('{"format":1', '{"format":"1"'),
  (text) => text.replace('{"format":1,', '{'),
  (text) => text.replace('kbve-locker/1', 'kbve-locker/2'),
  (text) => text.replace('kbve-locker/1', 'KBVE-locker/1'),
  (text) => text.replace('"kbve-locker/1"', '1'),
  (text) => text.replace('"kbve-locker/1"', 'null'),
  (text) => text.replace(`,"root":${root}`, ''),
  (text) => text.replace(`,"root":${root}`, `,"root":${root},"parts":[]`),
  (text) => text.replace(/\],"root":/, `],"parts":[${part}],"root":`),
  (text) => text.replace(/\],"root":/, `],"parts":[${part},${part.replace('/0', '/1')}],"root":`),
  (text) => text.replace(/\],"root":/, `],"parts":[${part},${part}],"root":`),
  (text) => text.replace(/\],"root":/, `],"parts":[${part.replace('part/', 'parts/')}],"root":`),
  (text) => text.replace(/\],"root":/, `],"parts":[${part.replace('"bytes"', '"json"')}],"root":`),
  (text) => text.replace(/\],"root":/, '],"parts":[],"root":'),
  (text) => text.replace(/\],"root":/, '],"parts":null,"root":'),
  (text) => text.replace(/\],"root":/, `],"part":[${part}],"root":`),
  (text) => text.replace('"root":{"id":"root"', '"root":{"id":"roots"'),
  (text) => text.replace(/,"mac":"A+"\}$/, '}'),
  (text) => text.replace(/"A+"\}$/, '""}'),
  (text) => text.replace(/\}$/, ''),
  (text) => `${text}x`,
  (text) => `${text}{}`,
  (text) => `\ufeff${text}`,
  (text) => `[${text}]`,
  (text) => text.replace('"t"', '"t\u0001"'),
  (text) => text.replace('"t"', '"t\u007f"'),
  (text) => text.replace('"t"', `"${'t'.repeat(513)}"`),
  (text) => text.replace('"t"', "'t'"),
  (text) => text.replace('"created":1,"epoch"', '"created":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],"epoch"'),
  () => '{}',
  () => '',
  () => 'null',
  () => '"',
  () => '{"format":"kbve-locker/1"',
]

export const differences = {
  async 'both readers say the same of the same file'() {
    let read = 0
    for (const [i, change] of changes.entries()) {
      const text = change(whole)
      if (i > 0) expect(text, String(change)).to.not.equal(whole)
      const { code, again } = await typescriptSays(text)
      expect(await nativeSays(text), `${change}: TypeScript says "${code}"`).to.equal(code)
      if (code !== '') continue
      read++
      expect((await typescriptSays(again)).again, 'written and read again').to.equal(again)
    }
    expect(read).to.be.within(10, changes.length - 40)
  },

  async 'what C++ writes, TypeScript reads and writes to the same byte'() {
    const lines = 'x\nprofile/username="ä\\u2028\\""\nentry/\u2028"\\😀={"a":[1,"\\u0000"]}\n'
    const { code, out } = await native('seal_backup', ['n "\\\u007f\u2028'], lines)
    expect(code, out).to.equal(0)
    expect(await typescriptSays(out)).to.deep.equal({ code: '', again: out })
    const verified = cli(['verify', file(out), '--unlock'], 'x\n')
    expect(verified.code, verified.err).to.equal(0)
  },
}
