/** What is in the tarball, and what is not. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inflateRawSync } from 'node:zlib'
import { expect } from 'chai'
import { project } from '../../tools/paths.mjs'
import { consumer, packed } from './harness/consumer.mjs'

const read = (path) => readFileSync(join(project, path), 'utf8')

export const tests = {
  async 'content: scripts, types, modules, licence and README, and nothing else'() {
    const { entries, size, unpacked } = await packed()
    const odd = entries.filter(
      (path) => !/^(package\.json|README\.md|LICENSE|dist\/[\w/]+\.(js|d\.ts|wasm))$/.test(path),
    )
    expect(odd).to.deep.equal([])
    expect(entries).to.include.members(['README.md', 'LICENSE', 'dist/cli.js', 'dist/wasm/locker.wasm'])
    expect(read('npm/LICENSE'), 'the licence of the package').to.equal(read('LICENSE'))
    console.log(
      `        ${entries.length} files, ${(size / 1000).toFixed(0)} kB packed, ${(unpacked / 1000).toFixed(0)} kB`,
    )
    expect(size, 'bytes of the tarball').to.be.below(700_000)
  },

  async 'content: every entry is there, nothing runs at install, nothing else is installed'() {
    const { folder, remove } = await consumer('plain')
    const root = join(folder, 'node_modules', '@kbve', 'locker')
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(manifest.dependencies ?? {}).to.deep.equal({})
    expect(Object.keys(manifest.scripts ?? {}).filter((name) => /install|prepare/.test(name))).to.deep.equal(
      [],
    )
    const targets = [manifest.exports, manifest.imports, manifest.bin].flatMap((value) =>
      Object.values(value).flatMap((target) =>
        typeof target === 'string' ? [target] : Object.values(target),
      ),
    )
    for (const target of targets) {
      for (const name of ['locker', 'kdf', 'jose', 'auth'])
        expect(existsSync(join(root, target.replace('*', name))), target).to.equal(true)
    }
    remove()
  },

  async 'content: what /inline has in the script are the files, byte for byte'() {
    const { folder, remove } = await consumer('plain')
    const wasm = join(folder, 'node_modules', '@kbve', 'locker', 'dist', 'wasm')
    for (const name of ['locker', 'kdf', 'jose', 'auth']) {
      const { deflated } = await import(pathToFileURL(join(wasm, `${name}_inline.js`)).href)
      const bytes = inflateRawSync(Buffer.from(deflated, 'base64'))
      expect(bytes.equals(readFileSync(join(wasm, `${name}.wasm`))), name).to.equal(true)
    }
    remove()
  },

  async 'content: no file names a folder of who built it'() {
    const { folder, remove } = await consumer('plain')
    const { entries } = await packed()
    const told = entries.filter((path) => {
      const text = readFileSync(join(folder, 'node_modules', '@kbve', 'locker', path), 'latin1')
      return text.includes(project) || text.includes(`${homedir()}/`)
    })
    expect(told).to.deep.equal([])
    remove()
  },
}
