/** Asking other servers for their health, through the frame outlook.html: this page may speak to its own server alone. */

let opening: Promise<Window> | undefined

/** The frame, once for the page, and only when somebody named an address elsewhere. */
function outlook(): Promise<Window> {
  opening ??= new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.setAttribute('sandbox', 'allow-scripts')
    frame.src = new URL('outlook.html', document.baseURI).href
    frame.hidden = true
    frame.title = 'Asks other servers for their health'
    addEventListener('message', ({ data, source }) => {
      if (data === 'outlook' && source && source === frame.contentWindow) resolve(frame.contentWindow)
    })
    document.body.append(frame)
  })
  return opening
}

/** A `fetch` that answers with nothing but a status. */
export async function look(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const { href, origin } = new URL(input instanceof Request ? input.url : input, document.baseURI)
  if (origin === location.origin) return fetch(input, init)
  const frame = await outlook()
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => {
      port1.close()
      if (data.error) reject(new TypeError(data.error))
      else resolve(new Response(null, { status: data.status }))
    }
    init.signal?.addEventListener('abort', () => {
      port1.postMessage('abort')
      reject(init.signal?.reason)
    })
    frame.postMessage({ url: href, mode: init.mode }, '*', [port2])
  })
}
