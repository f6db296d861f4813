import { fileURLToPath } from 'node:url'

// Nothing here is for the package.
export default {
  mode: 'production',
  entry: './src/page.js',
  output: { path: fileURLToPath(new URL('./dist', import.meta.url)), filename: 'main.js' },
}
