/** What ends a command, apart from a `LockerError`. */
import { LockerError } from '../errors.ts'

/** The call is not one: exit code 2. */
export class UsageError extends Error {}

/** A file cannot be read or written: exit code 3. */
export class FileError extends Error {}

/** Ctrl-C at a question. */
export class Interrupted extends Error {}

export function isLockerError(error: unknown): error is LockerError {
  return error instanceof LockerError
}
