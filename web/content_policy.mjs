/**
 * What the page's documents may do. The build writes it into them, so that it holds on any static server, and
 * tools/serve.mjs sends it as a header too, with what only a header can say.
 */

const nothingElse = ["base-uri 'none'", "form-action 'none'", "object-src 'none'"]

/**
 * The page. `connect-src` is for the .wasm files and a backend on this very origin; `data:` for a picture in the
 * profile; the frame is outlook.html.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  ...nothingElse,
].join('; ')

/**
 * outlook.html, which asks other servers for their health in the page's place: it may ask anybody, and is sandboxed, so
 * that it has no origin, and with that no locker, no storage and no cookie.
 */
export const outlookPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  'connect-src http: https:',
  ...nothingElse,
].join('; ')

/** What a `<meta>` cannot say, for the header. */
export const pageHeader = `${pagePolicy}; frame-ancestors 'none'`
export const outlookHeader = `${outlookPolicy}; sandbox allow-scripts; frame-ancestors 'self'`
