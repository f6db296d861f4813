/**
 * The arrows of the architecture, as a test: who may include or import whom. It first proves on a small
 * tree of planted mistakes that it can fail, then reads the real one. Last line: "N passed, N failed".
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** A room of the C++ core, and the rooms it may include besides itself. */
const rooms = {
  core: [],
  detail: ['core'],
  crypto: ['core'],
  vault: ['core', 'crypto', 'detail'],
  jose: ['core', 'crypto', 'detail'],
  http: ['core', 'detail', 'jose'],
  auth: ['core', 'crypto', 'detail', 'http', 'jose', 'vault'],
  uptime: ['core', 'detail'],
}

const thirdParty = [
  { name: 'libsodium', pattern: /^sodium(\.h|\/)/ },
  { name: 'BearSSL', pattern: /^(bearssl|inner\.h|config\.h)/ },
  { name: 'nlohmann/json', pattern: /^nlohmann\// },
  { name: 'Emscripten', pattern: /^emscripten/ },
  { name: 'GoogleTest', pattern: /^g(test|mock)\// },
]

/** What a C++ file may include from outside, by where it lies. `core` may use libsodium to wipe memory. */
function allowedOutside(path) {
  if (path.startsWith('src/crypto/')) return ['libsodium', 'BearSSL']
  if (path === 'src/core/secret.cpp') return ['libsodium']
  if (path.startsWith('src/detail/')) return ['nlohmann/json']
  if (/^src\/(vault|jose|auth|uptime)\/.*\.cpp$/.test(path)) return ['nlohmann/json']
  if (path.startsWith('wasm/')) return ['Emscripten']
  return []
}

function* filesUnder(root, folder, pattern) {
  const absolute = join(root, folder)
  if (!existsSync(absolute)) return
  for (const entry of readdirSync(absolute, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesUnder(root, path, pattern)
    else if (pattern.test(entry.name)) yield path
  }
}

const roomOf = (path) => /^(?:include\/kbve|src)\/([^/]+)\//.exec(path)?.[1]

/** The room that an include names: "kbve/vault/x.hpp", "vault/x.hpp", or a neighbour in the same folder. */
function roomOfInclude(target) {
  const room = /^(?:kbve\/)?([^/]+)\//.exec(target)?.[1]
  return Object.hasOwn(rooms, room ?? '') ? room : undefined
}

function* brokenIncludes(root) {
  for (const folder of ['include', 'src', 'wasm', 'examples']) {
    for (const path of filesUnder(root, folder, /\.(hpp|cpp|h|c)$/)) {
      const room = roomOf(path)
      if (['include', 'src'].includes(folder) && !Object.hasOwn(rooms, room ?? '')) {
        yield `${path} lies in no room of the core; the rooms are ${Object.keys(rooms).join(', ')}`
        continue
      }
      for (const [, target] of readFileSync(join(root, path), 'utf8').matchAll(
        /^\s*#\s*include\s*["<]([^">]+)[">]/gm,
      )) {
        const outside = thirdParty.find(({ pattern }) => pattern.test(target))
        if (outside && !allowedOutside(path).includes(outside.name)) {
          yield `${path} includes ${target}, and ${outside.name} is not for that room`
        }
        const other = roomOfInclude(target)
        if (room && other && other !== room && !rooms[room].includes(other)) {
          yield `${path} includes ${target}: ${room} may not know ${other}`
        }
        if (folder !== 'src' && /^detail\//.test(target)) {
          yield `${path} includes ${target}: what is in src/detail is not for users`
        }
        if (target.includes('../')) yield `${path} includes ${target}: name the room, not the way to it`
      }
    }
  }
}

/** Parts of the package that load without the locker, and what of the rest they may import. */
const shared = [
  'auth_file.ts',
  'bare_imports.ts',
  'base64url.ts',
  'errors.ts',
  'jose_file.ts',
  'node.ts',
  'packed.ts',
  'wasm_source.ts',
]
const apart = [
  { room: /^npm\/src\/jose(\.ts$|\/)/, name: 'jose' },
  { room: /^npm\/src\/auth\/(door|types)\.ts$/, name: 'the door of auth.wasm' },
]

/** What may import accounts; everybody else is downloaded without them. */
const knowsAccounts = /^npm\/src\/(auth(\.ts$|\/)|(nanostores|react|uptime)[^/]*(\.tsx?$|\/))/

const importPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)(['"])([^'"\n]+)\1/g
const scripts = /\.(ts|tsx|mts|js|mjs)$/

function* brokenImports(root) {
  for (const path of filesUnder(root, 'npm/src', scripts)) {
    for (const target of importsOf(root, path)) {
      const to = target.startsWith('.') ? relative(root, resolve(root, dirname(path), target)) : target
      if (target.startsWith('.') && !to.startsWith('npm/src/') && to !== 'npm/package.json')
        yield `${path} imports ${target}, outside npm/src`
      const own = apart.find(({ room }) => room.test(path))
      if (
        own &&
        to.startsWith('npm/src/') &&
        !own.room.test(to) &&
        !shared.includes(to.slice('npm/src/'.length))
      )
        yield `${path} imports ${target}: ${own.name} loads without the locker, so it may not know it`
      if (to.startsWith('npm/src/auth/') && !knowsAccounts.test(path))
        yield `${path} imports ${target}: a locker does without accounts, and is downloaded without them`
      if (/^(@kbve\/locker|kbve-locker-web)(\/|$)/.test(target))
        yield `${path} imports ${target}: the package does not import itself or the page by name`
    }
  }
  for (const path of filesUnder(root, 'web', scripts)) {
    for (const target of importsOf(root, path)) {
      if (!target.startsWith('.')) continue
      const to = relative(root, resolve(root, dirname(path), target))
      if (!to.startsWith('web/'))
        yield `${path} imports ${target}: the page knows the package only by its name, as a user would`
    }
  }
}

function* importsOf(root, path) {
  const text = readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  for (const [, , target] of text.matchAll(importPattern)) yield target
}

function violations(root) {
  return [...brokenIncludes(root), ...brokenImports(root)]
}

/** Each: a file, its text, and what the complaint must say; without one there must be none. */
const planted = [
  ['src/core/a.cpp', '#include "kbve/crypto/aead.hpp"', 'core may not know crypto'],
  ['include/kbve/crypto/b.hpp', '#include "kbve/vault/vault.hpp"', 'crypto may not know vault'],
  ['src/vault/c.cpp', '#include "jose/jwk.hpp"', 'vault may not know jose'],
  ['src/jose/d.cpp', '#  include "kbve/auth/session.hpp"', 'jose may not know auth'],
  ['src/vault/e.cpp', '#include <sodium.h>', 'libsodium is not for that room'],
  ['src/jose/f.cpp', '#include <bearssl_ec.h>', 'BearSSL is not for that room'],
  ['include/kbve/vault/g.hpp', '#include <nlohmann/json.hpp>', 'nlohmann/json is not for that room'],
  ['src/crypto/h.cpp', '#include <nlohmann/json_fwd.hpp>', 'nlohmann/json is not for that room'],
  ['src/vault/i.cpp', '#include <emscripten/val.h>', 'Emscripten is not for that room'],
  ['src/elsewhere/j.cpp', '', 'lies in no room'],
  ['include/kbve/vault/k.hpp', '#include "detail/json.hpp"', 'not for users'],
  ['wasm/k.cpp', '#include "detail/json.hpp"', 'not for users'],
  ['src/vault/l.cpp', '#include "../core/secret.hpp"', 'name the room'],
  ['npm/src/m.ts', "import { page } from '../../web/src/page.ts'", 'outside npm/src'],
  ['npm/src/n.ts', "const x = await import('../../tests/x.ts')", 'outside npm/src'],
  ['npm/src/o.ts', "export { createLocker } from '@kbve/locker'", 'does not import itself'],
  ['npm/src/jose/r.ts', "import { loadCore } from '../core.ts'", 'jose loads without the locker'],
  ['npm/src/jose.ts', "import type { Locker } from './types.ts'", 'jose loads without the locker'],
  ['npm/src/locker.ts', "import { createAuth } from './auth/create.ts'", 'does without accounts'],
  ['npm/src/auth/door.ts', "import { loadCore } from '../core.ts'", 'auth.wasm loads without the locker'],
  ['web/src/p.tsx', "import { createLocker } from '../../npm/src/index.ts'", 'only by its name'],
  ['web/q.ts', "import '../npm/dist/index.js'", 'only by its name'],
  [
    'src/vault/fine.cpp',
    '#include <nlohmann/json.hpp>\n#include "kbve/crypto/aead.hpp"\n#include "detail/json.hpp"',
  ],
  ['src/crypto/fine.cpp', '#include <sodium.h>\n#include <bearssl_block.h>\n#include "kbve/core/bytes.hpp"'],
  ['wasm/fine.cpp', '#include <emscripten/bind.h>\n#include "kbve/vault/vault.hpp"'],
  ['npm/src/jose/fine.ts', "import { a } from '../packed.ts'\nimport { b } from './keys.ts'"],
  ['npm/src/auth/fine.ts', "import { a } from './door.ts'\nimport { b } from '../values.ts'"],
  ['npm/src/fine.ts', "import { a } from './storage/a.ts'\n// import '../../web/x.ts'"],
  ['web/src/fine.tsx', "import { createLocker } from '@kbve/locker'\nimport './app.css'"],
]

function report(name, problems) {
  console.log(
    problems.length === 0 ? `ok      ${name}` : `FAILED  ${name}\n        ${problems.join('\n        ')}`,
  )
  return problems.length === 0
}

function plantedResult([path, text, expected]) {
  const root = mkdtempSync(join(tmpdir(), 'kbve-arrows-'))
  try {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
    const found = violations(root)
    const right = expected ? found.some((line) => line.includes(expected)) : found.length === 0
    return right
      ? []
      : [`expected ${expected ? `"${expected}"` : 'no complaint'}, got: ${found.join('; ') || 'none'}`]
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const results = planted.map((plant) => report(`planted ${plant[0]}`, plantedResult(plant)))
results.push(report('includes of include/, src/ and wasm/', [...brokenIncludes(project)]))
results.push(report('imports of npm/src and web/', [...brokenImports(project)]))

const passed = results.filter(Boolean).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length ? 0 : 1
