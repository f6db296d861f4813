/** The recovery code as Crockford describes it: a number, its digits in base 32, and the remainder of 37. */
import type { Bytes } from './shapes.ts'

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U'

export function writeCode(code: Bytes): string {
  let rest = number(code)
  let text = symbols[Number(rest % 37n)] as string
  for (let i = 0; i < 26; i++) {
    text = symbols[Number(rest % 32n)] + text
    rest /= 32n
  }
  return text.match(/.{1,5}/g)?.join('-') ?? ''
}

/** Only what `writeCode` writes. */
export function readCode(text: string): Bytes {
  let value = 0n
  for (const symbol of text.replaceAll('-', '').slice(0, 26))
    value = value * 32n + BigInt(symbols.indexOf(symbol))
  const hex = value.toString(16).padStart(32, '0')
  const code = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  if (writeCode(code) !== text) throw new Error('this is no recovery code')
  return code
}

function number(bytes: Bytes): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
}
