/** From a value to a sealed record: what a set() costs, and what it would cost with other libraries. */
import { createLocker, memoryStorage } from '@kbve/locker'
import { gcm } from '@noble/ciphers/aes.js'
import type { Job } from './measure.ts'

const encoder = new TextEncoder()

export interface Size {
  readonly bytes: number
  readonly label: string
}

export const sizes: readonly Size[] = [
  { bytes: 64, label: '64 bytes' },
  { bytes: 1024, label: '1 KiB' },
  { bytes: 16_384, label: '16 KiB' },
  { bytes: 65_536, label: '64 KiB' },
]

/** Texts whose JSON has so many bytes; each differs from the one before it. */
function textsOf(bytes: number): readonly string[] {
  return Array.from({ length: 8 }, (_, i) => {
    const letters = String.fromCharCode(97 + i, 110 - i, 101, 32)
    return letters.repeat(Math.ceil(bytes / 4)).slice(0, bytes - 2)
  })
}

/** What the locker does around the cipher, done for the others as well: JSON, UTF-8, padding to hide the length, a new
 *  nonce, and the record's name and version authenticated with it. */
function preparing(texts: readonly string[]) {
  let rev = Date.now() * 1024
  return (i: number) => {
    const text = encoder.encode(JSON.stringify(texts[i & 7]))
    const padded = new Uint8Array((text.length + 64) & ~63)
    padded.set(text)
    padded[text.length] = 0x80
    return {
      padded,
      nonce: crypto.getRandomValues(new Uint8Array(12)),
      bound: encoder.encode(`kbve-locker/1/record entry/bench ${++rev}`),
    }
  }
}

export async function sealJob({ bytes, label }: Size): Promise<Job> {
  const locker = createLocker({ name: 'bench-seal', storage: memoryStorage(), channel: null })
  const { state, error } = await locker.ready
  if (state !== 'unlocked') throw error ?? new Error(`The locker is ${state}.`)
  const texts = textsOf(bytes)
  const prepare = preparing(texts)
  const raw = crypto.getRandomValues(new Uint8Array(32))
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt'])
  return {
    title: `Seal ${label}`,
    note: 'From a value to a record that can be written: JSON, padding, nonce, AES-256-GCM with name and version bound to it.',
    sides: [
      {
        name: '@kbve/locker',
        run(times) {
          for (let i = 0; i < times; i++) locker.entries.put('bench', texts[i & 7] as string)
        },
        settle: () => locker.flush(),
      },
      {
        name: '@noble/ciphers',
        run(times) {
          for (let i = 0; i < times; i++) {
            const { padded, nonce, bound } = prepare(i)
            gcm(raw, nonce, bound).encrypt(padded)
          }
        },
      },
      {
        name: 'WebCrypto, awaited',
        async run(times) {
          for (let i = 0; i < times; i++) {
            const { padded, nonce, bound } = prepare(i)
            await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: bound }, key, padded)
          }
        },
      },
    ],
    end: () => locker[Symbol.dispose](),
  }
}
