/** docs/reader.mjs: a backup opened by nothing but WebCrypto. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { project } from '../../tools/paths.mjs'
import { file } from './programs.mjs'

async function backupWithCode() {
  const { createLocker, memoryStorage } = await import('@kbve/locker')
  const locker = createLocker({ name: 'paper', storage: memoryStorage() })
  await locker.ready
  locker.patch({ username: 'ann', theme: 'dark' })
  locker.entries.put('draft', { text: 'Grüße 🗄' })
  locker.entries.put('photo', Uint8Array.of(1, 2, 128))
  locker.entries.put('over', 1)
  locker.entries.delete('over')
  const { code } = await locker.slots.add({ recovery: true })
  const blob = await locker.backup()
  locker[Symbol.dispose ?? 'dispose']()
  return { code, text: await blob.text() }
}

const read = (path, code) =>
  spawnSync(process.execPath, [join(project, 'docs', 'reader.mjs'), path, code], { encoding: 'utf8' })

export const reader = {
  async 'the reader of the docs opens a backup with its recovery code, however it is typed'() {
    const { code, text } = await backupWithCode()
    const path = file(text, 'paper.kbve')
    const { stdout, stderr, status } = read(path, code.toLowerCase().replaceAll('-', ' '))
    expect(status, stderr).to.equal(0)
    const found = Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')),
    )
    expect(found).to.deep.include({
      'profile/username': '"ann"',
      'profile/theme': '"dark"',
      'entry/draft': '{"text":"Grüße 🗄"}',
      'entry/photo': 'AQKA',
    })
    expect(found).to.not.have.property('entry/over')
  },

  async 'and with no other, nor when a byte of it is another one'() {
    const [one, other] = [await backupWithCode(), await backupWithCode()]
    expect(read(file(one.text, 'one.kbve'), other.code).stderr).to.include('does not open this backup')
    expect(read(file(one.text, 'one.kbve'), `${one.code}A`).stderr).to.include('no recovery code')
    const changed = JSON.parse(one.text)
    changed.records[0].rev += 1
    const { status, stdout } = read(file(JSON.stringify(changed), 'changed.kbve'), one.code)
    expect([status, stdout]).to.deep.equal([1, ''])
  },
}
