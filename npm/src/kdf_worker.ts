/** The worker in which Argon2id runs: one job, then it is ended from outside. */
import { type Failure, isFailure } from './errors.ts'
import { instantiate } from './instantiate.ts'
import { nodeModule } from './node.ts'
import createModule from './wasm/locker.js'

export interface KdfJob {
  wasm: WebAssembly.Module
  secret: Uint8Array<ArrayBuffer>
  salt: Uint8Array<ArrayBuffer>
  memoryKib: number
  passes: number
}

export type KdfMessage =
  | { type: 'ready' }
  | { type: 'job'; job: KdfJob }
  | { type: 'key'; key: Uint8Array<ArrayBuffer> }
  | { type: 'failure'; failure: Failure }

async function work({ wasm, secret, salt, memoryKib, passes }: KdfJob): Promise<KdfMessage> {
  try {
    const module = await instantiate(createModule, wasm)
    const key = module.argon2id(secret, salt, memoryKib, passes)
    return isFailure(key) ? { type: 'failure', failure: key } : { type: 'key', key }
  } catch {
    const message = 'There is not enough memory to derive the key; close other pages and try again.'
    return { type: 'failure', failure: { code: 'out_of_memory', message, field: '', retryAt: 0 } }
  } finally {
    secret.fill(0)
  }
}

function serve(post: (message: KdfMessage) => void, listen: (take: (value: unknown) => void) => void): void {
  listen((value) => {
    const message = value as KdfMessage
    if (message.type === 'job') void work(message.job).then(post)
  })
  post({ type: 'ready' })
}

const port = nodeModule('node:worker_threads')?.parentPort
if (port) {
  serve(
    (message) => port.postMessage(message),
    (take) => port.on('message', take),
  )
} else if (typeof WorkerGlobalScope !== 'undefined' && self instanceof WorkerGlobalScope) {
  // Typed as a window where the page's types are in use.
  const scope = self as unknown as Pick<Worker, 'postMessage' | 'addEventListener'>
  serve(
    (message) => scope.postMessage(message),
    (take) => scope.addEventListener('message', (event) => take(event.data)),
  )
}
