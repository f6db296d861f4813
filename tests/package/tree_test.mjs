/** What a bundler takes along: an application that imports one entry carries nothing of the others. */
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { build } from 'esbuild'
import { consumer } from './harness/consumer.mjs'

/** Texts that each part has in its code, and that no minifier takes out. */
const marks = {
  locker: 'createLocker: unlock is',
  accounts: 'identity_mismatch',
  cookies: 'The browser did not take the cookie',
  react: 'react.transitional.element',
  nanostores: 'nanostoresGlobal',
}

/** Each: what an application writes, the marks it may carry, and how many kB (gzip -9) its script may have. */
const applications = {
  "import { verifyJwt } from '/jose'": {
    code: "import { loadJose, verifyJwt } from '@kbve/locker/jose'; globalThis.out = [loadJose, verifyJwt]",
    carries: [],
    atMost: 7,
  },
  "import { createLocker } from '.'": {
    code: "import { createLocker } from '@kbve/locker'; globalThis.out = createLocker",
    carries: ['locker'],
    atMost: 26,
  },
  "import { memoryStorage } from '.'": {
    code: "import { memoryStorage } from '@kbve/locker'; globalThis.out = memoryStorage",
    carries: [],
    atMost: 2,
  },
  "import { serverCookies } from '/cookies'": {
    code: "import { serverCookies } from '@kbve/locker/cookies'; globalThis.out = serverCookies",
    carries: [],
    atMost: 7,
  },
  "import { lockerStores } from '/nanostores'": {
    code: "import { lockerStores } from '@kbve/locker/nanostores'; globalThis.out = lockerStores",
    carries: ['nanostores'],
    atMost: 4,
  },
  "import { joseWasm } from '/inline'": {
    code: "import { joseWasm } from '@kbve/locker/inline'; globalThis.out = joseWasm",
    carries: [],
    atMost: 53,
  },
  'import of everything, nothing used': {
    code: ['', '/auth', '/cookies', '/inline', '/jose', '/nanostores', '/react', '/uptime']
      .map((entry) => `import '@kbve/locker${entry}'`)
      .join('\n'),
    carries: [],
    atMost: 0.1,
  },
}

async function bundled(folder, code) {
  const entry = join(folder, 'application.js')
  writeFileSync(entry, code)
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: join(folder, 'out'),
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    write: false,
    metafile: true,
    // An import for nothing is what the last application is about.
    logOverride: { 'ignored-bare-import': 'silent' },
    logLevel: 'warning',
  })
  // What the first script imports by itself comes with it; what it imports on demand does not.
  const inputs = []
  const taken = new Set()
  const take = (path) => {
    if (taken.has(path)) return
    taken.add(path)
    for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path].inputs))
      if (bytesInOutput > 0) inputs.push(input)
    for (const { path: next, kind } of metafile.outputs[path].imports)
      if (kind === 'import-statement') take(next)
  }
  take(Object.keys(metafile.outputs).find((path) => path.endsWith('application.js')))
  const texts = outputFiles.filter(({ path }) => [...taken].some((name) => path.endsWith(basename(name))))
  return { text: texts.map(({ text }) => text).join('\n'), inputs }
}

let made
const folderOfAll = async () => {
  made ??= consumer('esbuild')
  return (await made).folder
}

export const tests = {}
for (const [name, { code, carries, atMost }] of Object.entries(applications)) {
  tests[`tree: ${name}`] = async () => {
    const { text, inputs } = await bundled(await folderOfAll(), code)
    const size = gzipSync(text, { level: 9 }).length / 1000
    console.log(`        ${size.toFixed(2)} kB gzip -9 from ${inputs.length} files`)
    const found = Object.keys(marks).filter((mark) => text.includes(marks[mark]))
    expect(found, 'parts in the script').to.deep.equal(carries)
    expect(size, 'kB gzip -9').to.be.at.most(atMost)
    const foreign = inputs.filter((path) => /node_modules\/(?!@kbve\/locker)/.test(path))
    const strangers = foreign.filter(
      (path) => !carries.some((part) => path.includes(`node_modules/${part}/`)),
    )
    expect(strangers, 'files of other packages').to.deep.equal([])
  }
}

tests['tree: the marks are there when the parts are (proof that these tests can fail)'] = async () => {
  const entries = ['', '/auth', '/cookies', '/nanostores', '/react']
  const names = entries.map((entry, i) => `import * as e${i} from '@kbve/locker${entry}'`)
  const { text } = await bundled(
    await folderOfAll(),
    `${names.join('\n')}\nglobalThis.out = [${entries.map((_, i) => `e${i}`)}]`,
  )
  expect(Object.keys(marks).filter((mark) => text.includes(marks[mark]))).to.have.members(Object.keys(marks))
}
