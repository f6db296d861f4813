/** The worker in which Argon2id runs: one job, then it is ended from outside. */
import { type Argon2idCost, type KdfFailure, runArgon2id } from './argon2id.ts'
import { nodeModule } from './node.ts'

export interface KdfJob {
  wasm: WebAssembly.Module
  secret: Uint8Array<ArrayBuffer>
  salt: Uint8Array<ArrayBuffer>
  cost: Argon2idCost
}

export type KdfMessage =
  | { type: 'ready' }
  | { type: 'job'; job: KdfJob }
  | { type: 'done'; key: Uint8Array<ArrayBuffer> | KdfFailure }

async function work({ wasm, secret, salt, cost }: KdfJob): Promise<KdfMessage> {
  try {
    return { type: 'done', key: await runArgon2id(wasm, secret, salt, cost) }
  } catch {
    // The engine itself: an instance cannot be made, or its memory cannot be had.
    return { type: 'done', key: 'out_of_memory' }
  } finally {
    secret.fill(0)
  }
}

type Post = (message: KdfMessage, transfer: ArrayBuffer[]) => void

function serve(post: Post, listen: (take: (value: unknown) => void) => void): void {
  listen((value) => {
    const message = value as KdfMessage
    if (message.type === 'job') void work(message.job).then((done) => post(done, keyOf(done)))
  })
  post({ type: 'ready' }, [])
}

/** The key is handed over, not copied: copies on the way would lie in freed memory, where nobody can fill them with
 *  zeros. */
function keyOf(message: KdfMessage): ArrayBuffer[] {
  return message.type === 'done' && typeof message.key !== 'string' ? [message.key.buffer] : []
}

const port = nodeModule('node:worker_threads')?.parentPort
if (port) {
  serve(
    (message, transfer) => port.postMessage(message, transfer),
    (take) => port.on('message', take),
  )
} else if (typeof WorkerGlobalScope !== 'undefined' && self instanceof WorkerGlobalScope) {
  // Typed as a window where the page's types are in use.
  const scope = self as unknown as Pick<Worker, 'postMessage' | 'addEventListener'>
  serve(
    (message, transfer) => scope.postMessage(message, transfer),
    (take) => scope.addEventListener('message', (event) => take(event.data)),
  )
}
