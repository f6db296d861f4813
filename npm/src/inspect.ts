/**
 * @kbve/locker/inspect: a locker looked at from outside, for development. Ids, versions, sizes, dates and states;
 * never a value, never a key. Importing it does nothing, and nothing of it is in an application that does not.
 */
export { type ExposedLocker, type ExposedWindow, exposeLockers } from './inspect/expose.ts'
export {
  type ConsoleFormatter,
  installLockerFormatter,
  type JsonMl,
  lockerFormatter,
} from './inspect/formatter.ts'
export { type InspectOptions, inspectLocker } from './inspect/inspect_locker.ts'
export { type MeasurePort, measureLocker } from './inspect/measure.ts'
export type {
  InspectedCookie,
  InspectedHeader,
  InspectedJournal,
  InspectedRecord,
  InspectedSlot,
  InspectedWitness,
  LockerInspection,
} from './inspect/types.ts'
