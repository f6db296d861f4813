/** Starts the worker when the test says so. */
globalThis.package = {
  worker: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
      worker.onmessage = ({ data }) => {
        worker.terminate()
        resolve(data)
      }
      worker.onerror = (event) => reject(new Error(event.message))
    }),
}
