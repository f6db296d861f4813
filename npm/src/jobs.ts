/** Creating, unlocking and destroying: one at a time. */
import { LockerError } from './errors.ts'

interface Job {
  readonly done: Promise<void>
  readonly abort: AbortController
  /** Opens with this browser's key, and nothing else: whoever asks for the same can wait for it. */
  readonly device: boolean
}

export class Jobs {
  #current: Job | undefined

  get current(): Job | undefined {
    return this.#current
  }

  /** Rejects with `conflict` while another one is under way; otherwise with what `work` rejects with. */
  run(
    options: { after: Promise<void>; signal?: AbortSignal | undefined; device?: boolean },
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (this.#current) {
      const message = 'The locker is being created, unlocked or destroyed already; wait for that to end.'
      return Promise.reject(new LockerError('conflict', message))
    }
    const { after, signal, device = false } = options
    const abort = new AbortController()
    const onAbort = () => abort.abort(signal?.reason)
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const done = after
      .then(() => work(abort.signal))
      .finally(() => {
        signal?.removeEventListener('abort', onAbort)
        this.#current = undefined
      })
    this.#current = { done, abort, device }
    return done
  }

  /** Gives up what is under way. */
  abort(): void {
    this.#current?.abort.abort()
  }
}
