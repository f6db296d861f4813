import { nodeResolve } from '@rollup/plugin-node-resolve'
import replace from '@rollup/plugin-replace'

export default {
  input: { page: 'src/bare_page.js', kdf_worker: 'node_modules/@kbve/locker/dist/kdf_worker.js' },
  output: { dir: 'dist', format: 'es' },
  plugins: [
    nodeResolve({ browser: true }),
    // For nanostores, which asks for it.
    replace({ preventAssignment: true, 'process.env.NODE_ENV': JSON.stringify('production') }),
  ],
}
