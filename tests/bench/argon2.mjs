/**
 * Argon2id with 64 MiB and 3 passes: this package's WASM, hash-wasm and native libsodium, in turns. Each side
 * starts with fresh memory every time, as it does in use: the package derives in a worker's own instance that
 * is ended afterwards, hash-wasm makes an instance per call, native libsodium maps the memory per call.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { argon2id as hashWasmArgon2id } from 'hash-wasm'
import createModule from '../../npm/dist/wasm/locker.js'
import { inTurns, row } from './measure.mjs'

const MEMORY_KIB = 65_536
const PASSES = 3
const SECRET = 'correct-horse-battery-staple'

const hex = (bytes) => Buffer.from(bytes).toString('hex')

/** The package's core, compiled once; every derivation gets an instance of its own. */
function packageSide(salt) {
  const compiled = new WebAssembly.Module(
    readFileSync(new URL('../../npm/dist/wasm/locker.wasm', import.meta.url)),
  )
  const secret = new TextEncoder().encode(SECRET)
  return async () => {
    const begin = performance.now()
    const core = await createModule({
      instantiateWasm(imports, done) {
        done(new WebAssembly.Instance(compiled, imports), compiled)
        return {}
      },
    })
    const key = core.argon2id(secret, salt, MEMORY_KIB, PASSES)
    const took = performance.now() - begin
    if (!(key instanceof Uint8Array)) throw new Error(`Argon2id failed: ${key.message}`)
    return { took, key: hex(key) }
  }
}

function hashWasmSide(salt) {
  const secret = new TextEncoder().encode(SECRET)
  return async () => {
    const begin = performance.now()
    const key = await hashWasmArgon2id({
      password: secret,
      salt,
      parallelism: 1,
      iterations: PASSES,
      memorySize: MEMORY_KIB,
      hashLength: 32,
      outputType: 'binary',
    })
    return { took: performance.now() - begin, key: hex(key) }
  }
}

/** @param {import('node:child_process').ChildProcess} child the running tests/bench/argon2_native.cpp */
function nativeSide(child, salt) {
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    child.stdin.write(`${SECRET} ${hex(salt)} ${MEMORY_KIB} ${PASSES}\n`)
    const { value, done } = await answers.next()
    if (done)
      throw new Error('The native benchmark ended early; build it with: node tools/build.mjs native-release')
    const [milliseconds, key] = value.split(' ')
    return { took: Number(milliseconds), key }
  }
}

export async function argon2Rows(child, { rounds = 9 } = {}) {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const keys = new Set()
  const counted = (side) => async () => {
    const { took, key } = await side()
    keys.add(key)
    return took
  }
  const costs = await inTurns(
    {
      ours: counted(packageSide(salt)),
      hashWasm: counted(hashWasmSide(salt)),
      native: counted(nativeSide(child, salt)),
    },
    { warmup: 1, rounds },
  )
  if (keys.size !== 1) throw new Error('The three sides of the Argon2id benchmark derived different keys.')
  const common = { name: 'argon2id-64MiB-t3', ours: costs.ours, unit: 'ms' }
  return [
    row({ ...common, peer: costs.hashWasm, peerName: 'hash-wasm 4.13.0', faster: true, atLeast: 1.8 }),
    row({ ...common, peer: costs.native, peerName: 'libsodium, native', faster: false, atMost: 2 }),
  ]
}
