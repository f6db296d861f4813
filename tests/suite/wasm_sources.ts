/** Where the modules may come from: functions that are called when they are needed, and the script itself. */
import { createLocker, LockerError, memoryStorage, type WasmCode } from '@kbve/locker'
import { authWasm, joseWasm, wasm } from '@kbve/locker/inline'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'

/** The module's code, out of what `/inline` has. */
async function codeOf(source: unknown): Promise<WasmCode> {
  return (source as () => Promise<WasmCode>)()
}

const cheap = { passphrase: 'four words of a test' }

export function suite(t: SuiteContext): void {
  t.describe('wasm sources', () => {
    t.test(
      'a function is called at the first use, and that of the passphrase with the first one',
      async () => {
        const called: string[] = []
        const locker = createLocker({
          unlock: 'ask',
          storage: memoryStorage(),
          wasm: {
            locker: () => {
              called.push('locker')
              return codeOf(wasm.locker)
            },
            kdf: () => {
              called.push('kdf')
              return codeOf(wasm.kdf)
            },
          },
        })
        expect(called).to.deep.equal([])
        await locker.ready
        expect(called).not.to.include('kdf')
        await locker.create(cheap)
        expect(called).to.deep.equal(['locker', 'kdf'])
        locker.lock()
        await locker.unlock(cheap)
        expect(called, 'compiled once').to.deep.equal(['locker', 'kdf'])
        locker[Symbol.dispose]()
      },
    )

    t.test('a function that throws is told as unsupported, with its reason', async () => {
      const reason = new Error('not today')
      const source = () => Promise.reject(reason)
      const locker = createLocker({ storage: memoryStorage(), wasm: source })
      await locker.ready
      const { state, error } = locker.status
      expect(state).to.equal('failed')
      expect(error).to.be.instanceOf(LockerError).and.to.include({ code: 'unsupported', cause: reason })
      locker[Symbol.dispose]()
    })

    t.test('what lies in the script compiles to all four modules', async () => {
      const modules = await Promise.all(
        [wasm.locker, wasm.kdf, joseWasm, authWasm].map(async (source) => {
          const code = await codeOf(source)
          return WebAssembly.compile(await (code as Response).arrayBuffer())
        }),
      )
      const exported = modules.map((module) => WebAssembly.Module.exports(module).map(({ name }) => name))
      expect(exported[1]).to.include('kdf_argon2id')
      expect(exported[2]).to.include('verifyJwt')
      expect(exported[3]).to.include('authStep')
    })
  })
}
