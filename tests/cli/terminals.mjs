/** Secrets on a terminal: asked for, never shown, and the terminal as it was afterwards. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { cli, file, scratch } from './programs.mjs'
import { onTerminal } from './terminal.mjs'

const secret = 'sesame-wörd'

let made
function sealed() {
  made ??= cli(['seal', file('{"profile":{"username":"ann"}}')], `${secret}\n`).out
  return file(made, 'sealed.kbve')
}

export const terminal = {
  async 'a passphrase is asked for and not shown'() {
    const { shown, code, echo } = await onTerminal(['open', sealed()], [['Passphrase: ', `${secret}\r`]])
    expect(shown).to.include('username: "ann"').and.not.include('sesame')
    expect({ code, echo }).to.deep.equal({ code: 0, echo: true })
  },

  async 'typing mistakes can be taken back, a key at a time or all at once; arrow keys are no text'() {
    const typed = ['wrong\u0015sesame-wx', '\u007f', '\u001b[D', 'ör', 'dd\b', '\r']
    const steps = typed.map((keys, i) => [i === 0 ? 'Passphrase: ' : '', keys])
    for (const step of steps) step[1] = step[1].toString()
    const { code } = await onTerminal(['open', sealed()], steps)
    expect(code).to.equal(0)
  },

  async 'a wrong one is refused, and the terminal shows again what is typed'() {
    const { shown, code, echo } = await onTerminal(['open', sealed()], [['Passphrase: ', 'sesame\r']])
    expect(shown).to.include('wrong_secret').and.not.include('sesame')
    expect({ code, echo }).to.deep.equal({ code: 1, echo: true })
  },

  async 'a new passphrase is asked for twice'() {
    const out = join(scratch, `${process.pid}-typed.kbve`)
    const source = file('{"profile":{"username":"ann"}}')
    const twice = (again) => [
      ['New passphrase: ', `${secret}\r`],
      ['The same again: ', `${again}\r`],
    ]
    const different = await onTerminal(['seal', source, '--out', out], twice('other'))
    expect(different).to.include({ code: 2, echo: true })
    expect(existsSync(out)).to.equal(false)
    const same = await onTerminal(['seal', source, '--out', out], twice(secret))
    expect(same.shown).to.not.include('sesame')
    expect(same).to.include({ code: 0, echo: true })
    expect(cli(['open', out], `${secret}\n`).code).to.equal(0)
  },

  async 'a backup is not written to a terminal'() {
    const { code } = await onTerminal(['seal', file('{}')], [])
    expect(code).to.equal(2)
  },

  async 'Ctrl-C at the question ends it, and the terminal is as it was'() {
    const { shown, code, echo } = await onTerminal(['open', sealed()], [['Passphrase: ', 'ses\u0003']])
    expect(shown).to.include('Interrupted').and.not.include('ses')
    expect({ code, echo }).to.deep.equal({ code: 130, echo: true })
  },

  async 'Ctrl-C while the key is derived ends it cleanly, and writes nothing'() {
    // The dearest derivation that is allowed takes seconds.
    const slow = JSON.parse(readFileSync(sealed(), 'utf8'))
    Object.assign(slow.header.slots[0].kdf, { memory_kib: 262_144, passes: 16 })
    const path = file(JSON.stringify(slow))
    const steps = [
      ['Passphrase: ', `${secret}\r`],
      ['\n', '\u0003'],
    ]
    const { shown, code, echo } = await onTerminal(['open', path], steps)
    expect(shown).to.include('Interrupted')
    expect({ code, echo }).to.deep.equal({ code: 130, echo: true })
  },
}
