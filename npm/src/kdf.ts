/** Argon2id in a worker, so that the page stays alive and its memory (64 MiB) goes with the worker. */
import { type Argon2idCost, type KdfFailure, runArgon2id } from './argon2id.ts'
import { abortedError, LockerError, outOfMemory, throwIfAborted } from './errors.ts'
import type { KdfJob, KdfMessage } from './kdf_worker.ts'
import { nodeModule } from './node.ts'

/** The part of a browser's and of node's worker that is needed here. */
interface WorkerPort {
  postMessage(message: KdfMessage): void
  terminate(): unknown
}

interface WorkerEvents {
  message(message: KdfMessage): void
  failed(cause: unknown): void
}

/** A worker that does not say it is ready by then is taken for one that never will be. */
const startLimit = 10_000

/** 32 bytes from a secret. The caller zeroes both. Rejects with `aborted` and ends the work at the signal. */
export async function argon2id(
  wasm: WebAssembly.Module,
  secret: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  cost: Argon2idCost,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  throwIfAborted(signal)
  let key = await inWorker({ wasm, secret, salt, cost }, signal)
  if (key === undefined) {
    throwIfAborted(signal)
    // On this thread: no workers under this policy, or a page from file://.
    key = await runArgon2id(wasm, secret, salt, cost).catch((cause: unknown) => {
      throw outOfMemory(cause)
    })
  }
  if (typeof key !== 'string') return key
  if (key === 'out_of_memory') throw outOfMemory()
  throw new LockerError(key, 'Argon2id is asked for more, or for less, than is allowed; use the usual costs.')
}

/** `undefined` where no worker can be had. */
function inWorker(
  job: KdfJob,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | KdfFailure | undefined> {
  let worker: WorkerPort | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort: () => void = () => {}
  const answer = new Promise<Uint8Array<ArrayBuffer> | KdfFailure | undefined>((resolve, reject) => {
    let started = false
    timer = setTimeout(() => resolve(undefined), startLimit)
    onAbort = () => reject(abortedError(signal))
    signal.addEventListener('abort', onAbort)
    const events: WorkerEvents = {
      message(message) {
        if (message.type === 'ready') {
          // The secret leaves this thread only when somebody is there to take it.
          started = true
          clearTimeout(timer)
          worker?.postMessage({ type: 'job', job })
        } else if (message.type === 'done') resolve(message.key)
      },
      failed: (cause) => (started ? reject(outOfMemory(cause)) : resolve(undefined)),
    }
    try {
      worker = startWorker(events)
    } catch {
      resolve(undefined)
    }
  })
  return answer.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    worker?.terminate()
  })
}

function startWorker({ message, failed }: WorkerEvents): WorkerPort {
  const threads = nodeModule('node:worker_threads')
  if (threads) {
    // Not by its own name: bundlers would ship it twice. Nor by a variable: webpack warns of those.
    const { href } = new URL('./wasm/kdf.wasm', import.meta.url)
    const worker = new threads.Worker(new URL(href.replace('wasm/kdf.wasm', 'kdf_worker.js')))
    return worker.on('message', message).on('error', failed).on('exit', failed)
  }
  // Bundlers recognise exactly this expression.
  const worker = new Worker(new URL('./kdf_worker.js', import.meta.url), { type: 'module' })
  worker.onmessage = (event) => message(event.data as KdfMessage)
  worker.onmessageerror = failed
  worker.onerror = (event) => {
    event.preventDefault()
    failed(event)
  }
  return worker
}
