/** Argon2id in a worker, so that the page stays alive and its memory (64 MiB) goes with the worker. */
import type { Core } from './core.ts'
import { asError, LockerError, orThrow } from './errors.ts'
import { instantiate } from './instantiate.ts'
import type { KdfJob, KdfMessage } from './kdf_worker.ts'
import { nodeModule } from './node.ts'

/** The part of a browser's and of node's worker that is needed here. */
interface WorkerPort {
  post(message: KdfMessage): void
  end(): void
}

interface WorkerEvents {
  message(value: unknown): void
  failed(cause: unknown): void
}

// Not written at its place below: bundlers would ship the file twice.
const workerFile = './kdf_worker.js'

/** A worker that does not say it is ready by then is taken for one that never will be. */
const startLimit = 10_000

export interface Argon2idCost {
  memoryKib: number
  passes: number
}

/** 32 bytes from a secret. The caller zeroes both. Rejects with `aborted` and ends the work at the signal. */
export async function argon2id(
  core: Core,
  secret: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  cost: Argon2idCost,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  throwIfAborted(signal)
  const job: KdfJob = { wasm: core.wasm, secret, salt, ...cost }
  const answer = await inWorker(job, signal)
  if (answer !== 'no-worker') return answer
  throwIfAborted(signal)
  // On this thread (no workers under this policy, or a page from file://), in an instance that is dropped
  // afterwards: its memory would otherwise stay at 64 MiB for as long as the locker lives.
  const glue = await import('./wasm/locker.js')
  const module = await instantiate(glue.default, core.wasm)
  throwIfAborted(signal)
  return orThrow(module.argon2id(secret, salt, cost.memoryKib, cost.passes))
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal)
}

export function aborted(signal: AbortSignal): LockerError {
  return new LockerError('aborted', 'The work was given up before it was done; nothing was changed.', {
    cause: signal.reason,
  })
}

function inWorker(job: KdfJob, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | 'no-worker'> {
  return new Promise((resolve, reject) => {
    let worker: WorkerPort | undefined
    let started = false
    const timer = setTimeout(() => finish(() => resolve('no-worker')), startLimit)
    const onAbort = () => finish(() => reject(aborted(signal as AbortSignal)))
    function finish(settle: () => void): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      worker?.end()
      settle()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      worker = startWorker({
        message(value) {
          const message = value as KdfMessage
          if (message.type === 'ready') {
            // The secret leaves this thread only when somebody is there to take it.
            started = true
            clearTimeout(timer)
            worker?.post({ type: 'job', job })
          } else if (message.type === 'key') finish(() => resolve(message.key))
          else if (message.type === 'failure') finish(() => reject(asError(message.failure)))
        },
        failed(cause) {
          if (!started) return finish(() => resolve('no-worker'))
          const text =
            'The worker that derives the key ended; there may be too little memory. Close other pages and try again.'
          finish(() => reject(new LockerError('out_of_memory', text, { cause })))
        },
      })
    } catch {
      finish(() => resolve('no-worker'))
    }
  })
}

function startWorker(events: WorkerEvents): WorkerPort {
  const threads = nodeModule('node:worker_threads')
  if (threads) {
    const worker = new threads.Worker(new URL(workerFile, import.meta.url))
    worker.on('message', events.message)
    worker.on('error', events.failed)
    worker.on('exit', events.failed)
    return { post: (message) => worker.postMessage(message), end: () => void worker.terminate() }
  }
  // Bundlers recognise exactly this expression.
  const worker = new Worker(new URL('./kdf_worker.js', import.meta.url), { type: 'module' })
  worker.addEventListener('message', (event) => events.message(event.data))
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    events.failed(event)
  })
  worker.addEventListener('messageerror', events.failed)
  return { post: (message) => worker.postMessage(message), end: () => worker.terminate() }
}
