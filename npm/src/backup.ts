/** Backups of a locker, made and brought in. Loaded when one of the two is called. */

export { backup } from './backup/backup.ts'
export { restore } from './backup/restore.ts'
