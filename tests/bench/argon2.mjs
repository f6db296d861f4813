/**
 * Argon2id with 64 MiB and 3 passes: this package's WASM, hash-wasm and native libsodium, in turns. Each side is
 * called as its interface has it: ours on an instance that lives, hash-wasm by its function, which makes an
 * instance per call, libsodium by its function, which maps the memory per call. The package itself derives in a
 * worker's own instance that is ended afterwards; what that costs is in the rows with `/fresh`.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { argon2id as hashWasmArgon2id } from 'hash-wasm'
import { runArgon2id, startArgon2id } from '../../npm/dist/argon2id.js'
import { inTurns, row } from './measure.mjs'

const MEMORY_KIB = 65_536
const PASSES = 3
const SECRET = 'correct-horse-battery-staple'

const hex = (bytes) => Buffer.from(bytes).toString('hex')

/** The package's module, compiled once. `fresh`: every derivation gets an instance, and so memory, of its own. */
function packageSide(salt, { fresh }) {
  const compiled = new WebAssembly.Module(
    readFileSync(new URL('../../npm/dist/wasm/kdf.wasm', import.meta.url)),
  )
  const secret = new TextEncoder().encode(SECRET)
  const cost = { memoryKib: MEMORY_KIB, passes: PASSES }
  let living
  return async () => {
    if (!fresh) living ??= await startArgon2id(compiled)
    const begin = performance.now()
    const key = living ? living(secret, salt, cost) : await runArgon2id(compiled, secret, salt, cost)
    const took = performance.now() - begin
    if (typeof key === 'string') throw new Error(`Argon2id failed: ${key}`)
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
      ours: counted(packageSide(salt, { fresh: false })),
      fresh: counted(packageSide(salt, { fresh: true })),
      hashWasm: counted(hashWasmSide(salt)),
      native: counted(nativeSide(child, salt)),
    },
    { warmup: 2, rounds },
  )
  if (keys.size !== 1) throw new Error('The three sides of the Argon2id benchmark derived different keys.')
  const name = 'argon2id-64MiB-t3'
  const { ours, fresh } = costs
  const hashWasm = { peer: costs.hashWasm, peerName: 'hash-wasm 4.13.0', unit: 'ms', faster: true }
  const native = { peer: costs.native, peerName: 'libsodium, native', unit: 'ms', faster: false }
  return [
    row({ name, ours, ...hashWasm, atLeast: 1.8, note: 'called on an instance that lives' }),
    row({ name, ours, ...native, atMost: 2 }),
    row({
      name: `${name}/fresh`,
      ours: fresh,
      ...hashWasm,
      note: 'with an instance and 64 MiB made anew each time',
    }),
    row({ name: `${name}/fresh`, ours: fresh, ...native }),
  ]
}
