/**
 * Asks other servers whether they answer, in the place of the page that holds this frame. The page itself may speak to
 * nobody but its own server. This frame may, and has no origin: no locker, no storage, no cookie is within its reach.
 * It passes on an address, and gives back nothing but the status. An address with a query, a fragment or a name and
 * password in it is refused: there is no need for one, and much could be carried out in it.
 *
 * No module, because a document without an origin may load those only from servers that allow it.
 */
addEventListener('message', async ({ data, source, ports: [port] }) => {
  if (source !== parent || !port) return
  const limit = new AbortController()
  port.onmessage = () => limit.abort()
  try {
    const { protocol, search, hash, username, password, href } = new URL(data.url)
    if (!/^https?:$/.test(protocol) || search || hash || username || password)
      throw new TypeError('A plain http address is needed.')
    const response = await fetch(href, {
      mode: data.mode,
      signal: limit.signal,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    })
    response.body?.cancel().catch(() => {})
    port.postMessage({ status: response.type === 'opaque' ? 200 : response.status })
  } catch (error) {
    port.postMessage({ error: String(error) })
  }
})
parent.postMessage('outlook', '*')
