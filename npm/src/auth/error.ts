/** What a backend refused, as an error to throw. */
import { type ErrorCode, LockerError } from '../errors.ts'
import type { Reason, Refusal } from './types.ts'

/** A `LockerError` with what the backend itself said. */
export class AuthError extends LockerError {
  /** Of its answer. */
  readonly status?: number
  /** Its own code; Strapi has none. */
  readonly backendCode?: string
  readonly backendMessage?: string
  /** Of `weak_password`: `length`, `characters`, `pwned`. */
  readonly reasons?: readonly string[]
  /** Of `invalid_input`. */
  readonly fields?: readonly string[]

  constructor(why: Refusal | Reason, cause?: unknown) {
    super(why.code, why.message, { field: why.field, retryAt: why.retryAt, cause })
    const { status, backendCode, backendMessage, reasons, fields } = why as Refusal
    if (status) this.status = status
    if (backendCode) this.backendCode = backendCode
    if (backendMessage) this.backendMessage = backendMessage
    if (reasons?.length) this.reasons = reasons
    if (fields?.length) this.fields = fields
  }
}

/** The same as a value, as an event of the machine carries it. */
export function reasonOf(error: unknown): Refusal {
  if (error instanceof LockerError) {
    const { code, message, field, retryAt } = error
    return { code, message, ...(field ? { field } : {}), ...(retryAt ? { retryAt } : {}) }
  }
  return noAnswer
}

/** When nothing was answered: the network failed, or the time ran out. */
export const noAnswer: Refusal = Object.freeze({
  code: 'network' as ErrorCode,
  message: 'The service could not be reached; check the connection and try again.',
})
