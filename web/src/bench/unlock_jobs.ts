/** Opening a locker: with this browser's key and many records, and with a passphrase. */
import { createLocker, memoryStorage } from '@kbve/locker'
import type { Job } from './measure.ts'

const records = 500
/** So many are made ready in one task, so that the page is not kept from answering. */
const part = 50
const passphrase = 'four random words here'
const decoder = new TextDecoder()

const noteOf = (i: number) => ({ n: i, title: `note number ${i}`, text: 'what somebody wrote '.repeat(8) })

async function sealedByWebCrypto(key: CryptoKey) {
  const seal = async (i: number) => {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const additionalData = new TextEncoder().encode(`entry/note-${i}`)
    const text = new TextEncoder().encode(JSON.stringify(noteOf(i)))
    const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, text)
    return { iv, additionalData, box }
  }
  const boxes: Awaited<ReturnType<typeof seal>>[] = []
  for (let from = 0; from < records; from += part) {
    boxes.push(...(await Promise.all(Array.from({ length: part }, (_, i) => seal(from + i)))))
  }
  return boxes
}

export async function unlockJob(): Promise<Job> {
  const locker = createLocker({ name: 'bench-unlock', storage: memoryStorage(), channel: null })
  const { state, error } = await locker.ready
  if (state !== 'unlocked') throw error ?? new Error(`The locker is ${state}.`)
  for (let i = 0; i < records; i++) {
    locker.entries.put(`note-${i}`, noteOf(i))
    if (i % part === part - 1) await locker.flush()
  }

  const aes = { name: 'AES-GCM', length: 256 }
  const kek = await crypto.subtle.generateKey(aes, false, ['wrapKey', 'unwrapKey'])
  const key = await crypto.subtle.generateKey(aes, true, ['encrypt', 'decrypt'])
  const wrapping = { name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) }
  const wrapped = await crypto.subtle.wrapKey('raw', key, kek, wrapping)
  const boxes = await sealedByWebCrypto(key)
  return {
    title: `Unlock ${records} records`,
    note: 'From the wrapped key to values. Ours also proves that no record was replaced, added or taken away.',
    rounds: 11,
    sides: [
      {
        name: '@kbve/locker',
        async run(times) {
          for (let i = 0; i < times; i++) {
            locker.lock()
            await locker.unlock({ device: true })
          }
        },
      },
      {
        name: 'WebCrypto, all at once',
        async run(times) {
          for (let i = 0; i < times; i++) {
            const open = await crypto.subtle.unwrapKey('raw', wrapped, kek, wrapping, aes, false, ['decrypt'])
            await Promise.all(
              boxes.map(async ({ iv, additionalData, box }) =>
                JSON.parse(
                  decoder.decode(
                    await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, open, box),
                  ),
                ),
              ),
            )
          }
        },
      },
    ],
    end: () => locker[Symbol.dispose](),
  }
}

export async function passphraseJob(): Promise<Job> {
  const locker = createLocker({ name: 'bench-ask', unlock: 'ask', storage: memoryStorage(), channel: null })
  await locker.ready
  await locker.create({ passphrase })
  return {
    title: 'Unlock with a passphrase',
    note: 'Argon2id, 64 MiB, 3 passes, in a worker. It is meant to take its time: whoever guesses takes as long for each guess.',
    rounds: 3,
    sides: [
      {
        name: '@kbve/locker',
        async run(times) {
          for (let i = 0; i < times; i++) {
            locker.lock()
            await locker.unlock({ passphrase })
          }
        },
      },
    ],
    end: () => locker[Symbol.dispose](),
  }
}
