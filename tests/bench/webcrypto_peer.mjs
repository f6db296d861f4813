/**
 * What an application would write itself with WebCrypto: the same record, with the same authenticated
 * fields and the same padding, sealed and opened by `crypto.subtle`. Runs in node and in a browser.
 */
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const label = encoder.encode('kbve-locker/1/record')
const kindText = encoder.encode('json')

/** Everything in clear about a record, as one byte string. */
function additionalData(lockerId, id, rev, writer, epoch, expires) {
  const idBytes = encoder.encode(id)
  const out = new Uint8Array(4 * 5 + 8 * 3 + label.length + 16 + idBytes.length + 8 + kindText.length)
  const view = new DataView(out.buffer)
  let at = 0
  const bytes = (value) => {
    view.setUint32(at, value.length)
    out.set(value, at + 4)
    at += 4 + value.length
  }
  const integer = (value) => {
    view.setUint32(at, Math.floor(value / 0x1_0000_0000))
    view.setUint32(at + 4, value % 0x1_0000_0000)
    at += 8
  }
  bytes(label)
  bytes(lockerId)
  bytes(idBytes)
  integer(rev)
  bytes(writer)
  integer(epoch)
  bytes(kindText)
  integer(expires)
  return out
}

export async function webCryptoPeer() {
  const random = (n) => crypto.getRandomValues(new Uint8Array(n))
  const key = await crypto.subtle.importKey('raw', random(32), 'AES-GCM', false, ['encrypt', 'decrypt'])
  const lockerId = random(16)
  const writer = random(8)
  let rev = Date.now() * 1024

  return {
    /** A value to a sealed record, one at a time. */
    async seal(id, value) {
      const text = encoder.encode(JSON.stringify(value))
      const padded = new Uint8Array((text.length + 64) & ~63)
      padded.set(text)
      padded[text.length] = 0x80
      const nonce = random(12)
      const version = ++rev
      const aad = additionalData(lockerId, id, version, writer, 0, 0)
      const box = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv: nonce, additionalData: aad },
        key,
        padded,
      )
      return { id, rev: version, writer, epoch: 0, kind: 'json', expires: 0, nonce, box: new Uint8Array(box) }
    },

    /** Nothing but the cipher: bytes that are ready, no fields around them. */
    async encrypt(padded) {
      const nonce = random(12)
      return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, padded))
    },

    /** All records to their values, as many at once as WebCrypto wants. */
    openAll(records) {
      return Promise.all(
        records.map(async (record) => {
          const aad = additionalData(
            lockerId,
            record.id,
            record.rev,
            record.writer,
            record.epoch,
            record.expires,
          )
          const algorithm = { name: 'AES-GCM', iv: record.nonce, additionalData: aad }
          const padded = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, record.box))
          const end = padded.lastIndexOf(0x80)
          return JSON.parse(decoder.decode(padded.subarray(0, end)))
        }),
      )
    },
  }
}
