import type { ErrorCode, Failure } from './wasm/locker.js'

/** `Failure` is what the core answers instead of a value when something cannot be done. */
export type { ErrorCode, Failure }

/** The one error this package throws for anything a program can react to. `code` is stable. */
export class LockerError extends Error {
  override readonly name = 'LockerError'
  readonly code: ErrorCode
  /** The profile field or entry it is about. */
  readonly field?: string
  /** Milliseconds since 1970: not before then. */
  readonly retryAt?: number

  constructor(
    code: ErrorCode,
    message: string,
    details: { field?: string | undefined; retryAt?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.field) this.field = details.field
    if (details.retryAt) this.retryAt = details.retryAt
  }
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value
}

/** The failure as an error to throw. */
export function asError({ code, message, field, retryAt }: Failure): LockerError {
  // Embind types every text as one that may also be given as bytes; what comes out of it is always a text.
  const name = String(field).replace(/^(profile|entry)\//, '')
  return new LockerError(code, String(message), { field: name, retryAt })
}

/** The value, or the failure thrown as a `LockerError`. */
export function orThrow<T>(value: T | Failure): T {
  if (isFailure(value)) throw asError(value)
  return value
}
