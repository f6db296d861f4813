/** The whole run, job after job. */
import { type Job, measure, type Result } from './measure.ts'
import { sealJob, sizes } from './seal_job.ts'
import { decodeJob, verifyJob } from './token_jobs.ts'
import { passphraseJob, unlockJob } from './unlock_jobs.ts'

export interface Plan {
  readonly name: string
  make(): Promise<Job>
}

export const plans: readonly Plan[] = [
  ...sizes.map((size) => ({ name: `seal ${size.label}`, make: () => sealJob(size) })),
  { name: 'read a JWT', make: decodeJob },
  { name: 'verify HS256', make: () => verifyJob('HS256') },
  { name: 'verify ES256', make: () => verifyJob('ES256') },
  { name: 'verify EdDSA', make: () => verifyJob('EdDSA') },
  { name: 'unlock', make: unlockJob },
  { name: 'unlock with a passphrase', make: passphraseJob },
]

export interface Step {
  /** What is measured now. */
  readonly name: string
  /** Of the whole run, 0 to 1. */
  readonly share: number
}

/** What this browser cannot do is told by `missing`, and the rest goes on. Throws where the run was given up. */
export async function runAll(
  signal: AbortSignal,
  tell: { step(now: Step): void; result(found: Result): void; missing(name: string, why: string): void },
): Promise<void> {
  for (const [at, { name, make }] of plans.entries()) {
    const step = (share: number) => tell.step({ name, share: (at + share) / plans.length })
    step(0)
    let job: Job | undefined
    try {
      job = await make()
      tell.result(await measure(job, signal, step))
    } catch (error) {
      signal.throwIfAborted()
      tell.missing(name, error instanceof Error ? error.message : String(error))
    } finally {
      await job?.end?.()
    }
    signal.throwIfAborted()
  }
}
