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
    super(message, details)
    this.code = code
    if (details.field) this.field = details.field
    if (details.retryAt) this.retryAt = details.retryAt
  }
}

/** Whether it is a `LockerError` with one of these codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is LockerError {
  return error instanceof LockerError && codes.includes(error.code)
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

// What is said in more than one place.

export function evicted(): LockerError {
  return new LockerError(
    'evicted',
    "The locker's data was deleted, by the browser or by somebody at it. What is shown can still be read; create the locker anew or restore a backup.",
  )
}

export function closed(cause?: unknown): LockerError {
  return new LockerError(
    'storage_closed',
    'The connection to the locker’s database was closed. Close other tabs of this site, or reload the page.',
    { cause },
  )
}

export function disposed(): LockerError {
  return new LockerError(
    'storage_closed',
    'This locker object was disposed of; make another one with createLocker.',
  )
}

export function newerSchema(): LockerError {
  return new LockerError(
    'unsupported_format',
    'A newer version of this application has changed the values; reload the page to get that version. Nothing was touched.',
  )
}

export function lockedMeanwhile(): LockerError {
  return new LockerError('locked', 'The locker was locked meanwhile; unlock it and try again.')
}

export function exists(): LockerError {
  return new LockerError('exists', 'There is a locker of this name already; unlock it, or destroy it first.')
}

export function outOfMemory(cause?: unknown): LockerError {
  return new LockerError(
    'out_of_memory',
    'There is not enough memory for this; close other pages and try again.',
    { cause },
  )
}

export function abortedError(signal: AbortSignal | undefined): LockerError {
  return new LockerError('aborted', 'The work was given up before it was done.', {
    cause: signal?.reason,
  })
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortedError(signal)
}
