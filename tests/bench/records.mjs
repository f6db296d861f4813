/** Sealing and opening records: the package's own path against WebCrypto. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadCore } from '../../npm/dist/core.js'
import { serialize } from '../../npm/dist/serialize.js'
import { opened } from '../../npm/dist/vault.js'
import { inTurns, row } from './measure.mjs'
import { webCryptoPeer } from './webcrypto_peer.mjs'

const JSON_BYTES = 200
const PEER = 'WebCrypto AES-256-GCM'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

/** An open vault as the locker holds it after unlock. */
async function makeVault() {
  const { module } = await loadCore()
  return opened(module, module.Vault.create('bench', 'bench', Date.now(), '{}'))
}

const letters = (length, seed) =>
  Array.from({ length }, (_, i) =>
    String.fromCharCode(97 + ((seed * 31 + i * 7 + ((seed * i) >> 3)) % 26)),
  ).join('')

/** A text whose JSON has 200 bytes. */
const textValue = (seed) => letters(JSON_BYTES - 2, seed)

/** An object whose JSON has 200 bytes. */
function objectValue(seed) {
  const value = { n: seed, title: letters(24, seed), done: seed % 2 === 0, text: '' }
  value.text = letters(JSON_BYTES - JSON.stringify(value).length, seed + 1)
  return value
}

/** Objects with an id each; sealed by `seal(id, value)`. */
async function sealMany(count, seal) {
  const records = []
  for (let i = 0; i < count; i++) records.push(await seal(`entry/item-${i}`, objectValue(i)))
  return records
}

// What a locker does between a value and a record that can be handed to the disk.
const sealWith = (vault) => (id, value) =>
  vault.seal([{ id, kind: 'json', text: serialize(value, id), expires: 0 }], Date.now())[0].record

function assertSameJob(ours, peers) {
  if (ours.box.length !== peers.box.length) throw new Error('Both sides must seal the same number of bytes.')
}

export async function sealRows({ rounds }) {
  const id = 'profile/username'
  const vault = await makeVault()
  const peer = await webCryptoPeer()
  const seal = sealWith(vault)
  const values = Array.from({ length: 64 }, (_, i) => textValue(i))
  const padded = new Uint8Array(256).fill(0x61)
  assertSameJob(seal(id, values[0]), await peer.seal(id, values[0]))

  let consumed = 0
  const costs = await inTurns(
    {
      ours() {
        const count = 4000
        const begin = performance.now()
        for (let i = 0; i < count; i++) consumed += seal(id, values[i & 63]).box[0]
        return ((performance.now() - begin) * 1000) / count
      },
      async peer() {
        const count = 600
        const begin = performance.now()
        for (let i = 0; i < count; i++) consumed += (await peer.seal(id, values[i & 63])).box[0]
        return ((performance.now() - begin) * 1000) / count
      },
      async bare() {
        const count = 600
        const begin = performance.now()
        for (let i = 0; i < count; i++) consumed += (await peer.encrypt(padded))[0]
        return ((performance.now() - begin) * 1000) / count
      },
    },
    { warmup: 4, rounds, before: () => collectGarbage({ type: 'minor' }) },
  )
  if (!(consumed > 0)) throw new Error('Nothing was sealed.')
  vault.wipe()
  return [
    row({
      name: 'seal-200B',
      ours: costs.ours,
      peer: costs.peer,
      peerName: `${PEER}, awaited`,
      unit: 'µs',
      faster: true,
      atLeast: 8,
      note: 'one profile field, from the value to the record that is journalled; the peer does the same work',
    }),
    row({
      name: 'seal-200B/bare',
      ours: costs.ours,
      peer: costs.bare,
      peerName: `${PEER}, awaited, encrypt alone`,
      unit: 'µs',
      faster: true,
      note: 'the same, against a peer that is spared JSON, field rules, additional data and the record',
    }),
  ]
}

export async function openRow({ rounds }) {
  const count = 10_000
  const vault = await makeVault()
  const peer = await webCryptoPeer()
  const ours = await sealMany(count, sealWith(vault))
  const peers = await sealMany(count, peer.seal)
  assertSameJob(ours[0], peers[0])
  const check = (values) => {
    if (values.length !== count || values[count - 1]?.n !== count - 1)
      throw new Error('Not every record opened.')
  }
  const costs = await inTurns(
    {
      ours() {
        const begin = performance.now()
        vault.beginSum()
        const values = vault.open(ours, true)
        const took = performance.now() - begin
        check(values.map((found) => found.value))
        return took
      },
      async peer() {
        const begin = performance.now()
        const values = await peer.openAll(peers)
        const took = performance.now() - begin
        check(values)
        return took
      },
    },
    { warmup: 2, rounds, before: () => collectGarbage({ type: 'minor' }) },
  )
  vault.wipe()
  return [
    row({
      name: 'open-10000',
      ours: costs.ours,
      peer: costs.peer,
      peerName: `${PEER}, Promise.all`,
      unit: 'ms',
      faster: true,
      atLeast: 5,
      note: 'as at unlock, so ours also proves that no record was replaced, added or removed (one HMAC each)',
    }),
  ]
}

export async function openScaleRow({ rounds }) {
  const large = 100_000
  const small = 1_000
  const vault = await makeVault()
  const records = await sealMany(large, sealWith(vault))
  const first = records.slice(0, small)
  const perRecord = (list, times) => {
    let consumed = 0
    const begin = performance.now()
    for (let i = 0; i < times; i++) {
      vault.beginSum()
      const values = vault.open(list, true)
      consumed += values[values.length - 1].value.n
    }
    const took = performance.now() - begin
    if (consumed !== (list.length - 1) * times) throw new Error('Not every record opened.')
    return (took * 1000) / (list.length * times)
  }
  const costs = await inTurns(
    { large: () => perRecord(records, 1), small: () => perRecord(first, large / small) },
    { warmup: 1, rounds, before: () => collectGarbage({ type: 'minor' }) },
  )
  vault.wipe()
  return [
    row({
      name: 'open-scale',
      ours: costs.large,
      peer: costs.small,
      peerName: 'ours, 1,000 records',
      unit: 'µs per record',
      faster: false,
      atMost: 1.5,
      note: '100,000 records at once against 100 times 1,000',
    }),
  ]
}
