/** Registers the service worker and asks it. */
globalThis.package = {
  async service() {
    await navigator.serviceWorker.register('./service_worker.js', { type: 'module' })
    const { active } = await navigator.serviceWorker.ready
    return new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('message', ({ data }) => resolve(data), { once: true })
      active.postMessage('work')
    })
  },
}
