import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { pagePolicy } from './content_policy.mjs'

/** The files of the package's core, which boot.js asks for before anybody else does. */
function earlyFiles(
  bundle: Readonly<Record<string, { type: string; facadeModuleId?: string | null }>>,
): string {
  const names = Object.entries(bundle).filter(([name, { type, facadeModuleId }]) =>
    type === 'chunk' ? facadeModuleId?.endsWith('/wasm/locker.js') : /locker-[\w-]+\.wasm$/.test(name),
  )
  if (names.length !== 2) throw new Error(`The core is two files; these were found: ${names.map(String)}.`)
  return names.map(([name]) => `./${name}`).join(' ')
}

/**
 * Puts the policy into the page itself, so that it holds on any static server, and tells boot.js what to ask for early.
 * Only in a build, because the development server needs inline scripts.
 */
function strictPage(): Plugin {
  return {
    name: 'strict-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => ({
        html: html.replace(
          '<script src="./boot.js"',
          `<script data-early="${earlyFiles(bundle ?? {})}" src="./boot.js"`,
        ),
        tags: [
          {
            tag: 'meta',
            attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
            injectTo: 'head-prepend',
          },
        ],
      }),
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [react(), strictPage()],
  worker: { format: 'es' },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1' },
})
