/** node tools/test.mjs [part…]: all parts but the slow ones; `all` adds those. Closes with "N passed, N failed". */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { browserEnvironment } from './browsers.mjs'
import { build } from './build.mjs'
import { buildWasmTests } from './build_cpp.mjs'
import { counts } from './counts.mjs'
import { exec } from './exec.mjs'
import { ensureNodeModules } from './packages.mjs'
import { project } from './paths.mjs'
import { main, Problem, say, seconds, sinceStart } from './say.mjs'
import { toolchain } from './toolchain.mjs'
import { vectorEnvironment } from './vectors.mjs'

/** A run that ends badly without having counted a failure, or that counted nothing, is a failure of its own. */
function judged({ code, output }) {
  const { passed, failed } = counts(output)
  const silent = failed === 0 && (code !== 0 || passed === 0)
  return { passed, failed: silent ? 1 : failed }
}

const here = { cwd: project, tee: true, check: false }
const node = async (file, args = [], env = {}) =>
  judged(
    await exec(process.execPath, [join(project, file), ...args], {
      ...here,
      env: { ...process.env, ...env },
    }),
  )
const vectors = async () => vectorEnvironment((await toolchain()).root)

async function native() {
  const folder = await build('native-debug')
  const env = { ...(await vectors()), UBSAN_OPTIONS: 'print_stacktrace=1' }
  return judged(
    await (await toolchain()).run(join(folder, 'tests/core/kbve_tests'), ['--gtest_brief=1'], {
      ...here,
      env,
    }),
  )
}

async function wasm(preset) {
  await buildWasmTests(preset)
  return node(`build/${preset}/tests/core/kbve_tests.cjs`, ['--gtest_brief=1'], await vectors())
}

async function inBrowser(file, args, browser = 'chromium') {
  await ensureNodeModules()
  return node(file, args, await browserEnvironment[browser]())
}

const suiteIn = (browser) => inBrowser('tests/run_suite.mjs', ['--engine', browser], browser)
const browserTestsIn = (browser) => inBrowser('tests/browser/run.mjs', ['--engine', browser], browser)

/** Half an hour when it is asked for by name, a minute among all the others. */
async function soak(asked) {
  const minutes = process.env.KBVE_SOAK_MINUTES ?? (asked.includes('soak') ? '30' : '1')
  say(`four tabs at work for ${minutes} minutes (KBVE_SOAK_MINUTES says otherwise)`)
  await ensureNodeModules()
  const env = { ...(await browserEnvironment.chromium()), KBVE_SOAK_MINUTES: minutes }
  return node('tests/browser/soak.mjs', [], env)
}

async function withServers(file) {
  await ensureNodeModules()
  return node(file)
}

async function fuzz() {
  const folder = join(await build('fuzz'), 'tests', 'fuzz')
  const limit = Number(process.env.KBVE_FUZZ_SECONDS ?? 60)
  const waiting = readdirSync(folder).filter((name) => name.endsWith('_fuzz'))
  if (waiting.length === 0) throw new Problem(`There is no fuzzer in ${folder}.`)
  const sum = { passed: 0, failed: 0 }
  const worker = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const corpus = join(project, 'build', 'corpus', name)
      mkdirSync(corpus, { recursive: true })
      const seeds = join(project, 'tests', 'fuzz', 'seeds', name.replace(/_fuzz$/, ''))
      const args = [
        corpus,
        ...(existsSync(seeds) ? [seeds] : []),
        `-max_total_time=${limit}`,
        '-print_final_stats=1',
      ]
      const { code, output } = await (await toolchain()).run(
        join(folder, name),
        [...args, '-rss_limit_mb=2048', `-artifact_prefix=${corpus}-`],
        { cwd: project, capture: true, check: false },
      )
      sum[code === 0 ? 'passed' : 'failed'] += 1
      const runs = /number_of_executed_units:\s*(\d+)/.exec(output)?.[1] ?? '?'
      say(
        code === 0
          ? `  ${name}: ${runs} inputs in ${limit} s, nothing found`
          : `${output.slice(-6000)}\n  ${name} found something`,
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
  return sum
}

/** In the order they run: cheap ones first. `slow` parts run only with `all` or by name. */
const parts = {
  arrows: { run: () => node('tests/arrows.mjs') },
  tools: { run: () => ensureNodeModules().then(() => node('tests/tools.mjs')) },
  native: { run: native },
  wasm: { run: () => wasm('wasm-release') },
  'wasm-debug': { run: () => wasm('wasm-debug') },
  suite: { needs: 'npm', run: () => node('tests/run_suite.mjs') },
  'suite-chromium': { needs: 'npm', run: () => suiteIn('chromium') },
  differential: { needs: 'npm', run: () => node('tests/differential/jose.mjs', ['--count', '4000']) },
  cli: { needs: 'npm', run: () => node('tests/cli/run.mjs') },
  storage: { needs: 'npm', run: () => inBrowser('tests/browser/storage/run.mjs') },
  browser: { needs: 'npm', run: () => browserTestsIn('chromium') },
  docs: { needs: 'npm', run: () => inBrowser('tests/docs/run.mjs') },
  page: { needs: 'web', run: () => inBrowser('tests/browser/page_test.mjs') },
  installed: {
    slow: true,
    needs: 'npm',
    run: () => ensureNodeModules().then(() => node('tests/native/run.mjs')),
  },
  'suite-firefox': { slow: true, needs: 'npm', run: () => suiteIn('firefox') },
  'suite-webkit': { slow: true, needs: 'npm', run: () => suiteIn('webkit') },
  'browser-firefox': { slow: true, needs: 'npm', run: () => browserTestsIn('firefox') },
  'browser-webkit': { slow: true, needs: 'npm', run: () => browserTestsIn('webkit') },
  'servers-strapi': { slow: true, needs: 'npm', run: () => withServers('tests/servers/strapi.mjs') },
  'servers-page': {
    slow: true,
    needs: 'web',
    run: () => inBrowser('tests/servers/account_page.mjs'),
  },
  'servers-auth-js': { slow: true, needs: 'npm', run: () => withServers('tests/servers/auth_js.mjs') },
  'servers-gotrue': { slow: true, needs: 'npm', run: () => withServers('tests/servers/gotrue.mjs') },
  'servers-appwrite': { slow: true, needs: 'npm', run: () => withServers('tests/servers/appwrite.mjs') },
  package: { slow: true, needs: 'npm', run: () => inBrowser('tests/package/run.mjs') },
  soak: { slow: true, needs: 'npm', run: soak },
  reference: { slow: true, needs: 'npm', run: () => node('tools/docs.mjs') },
  check: { slow: true, run: () => node('tools/check.mjs', ['all']) },
  fuzz: { slow: true, run: fuzz },
}

await main(async () => {
  const asked = process.argv.slice(2)
  const unknown = asked.find((name) => name !== 'all' && !Object.hasOwn(parts, name))
  if (unknown)
    throw new Problem(
      `There is no part "${unknown}". The parts are ${Object.keys(parts).join(', ')} and all.`,
    )
  const names = Object.keys(parts).filter((name) =>
    asked.length === 0 ? !parts[name].slow : asked.includes('all') || asked.includes(name),
  )
  const rows = []
  for (const name of names) {
    const { needs, run } = parts[name]
    const from = performance.now()
    say(`\n== ${name}`)
    let result
    try {
      if (needs) await build(needs)
      result = await run(asked)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      say(error.message)
      result = { passed: 0, failed: 1 }
    }
    rows.push({ name, ...result, time: seconds(performance.now() - from) })
  }
  const width = Math.max(...rows.map(({ name }) => name.length))
  say('\npart, passed, failed, time with building')
  for (const { name, passed, failed, time } of rows) {
    say(
      `  ${name.padEnd(width)}  ${String(passed).padStart(6)}  ${String(failed).padStart(4)}  ${time.padStart(8)}`,
    )
  }
  const sum = (what) => rows.reduce((total, row) => total + row[what], 0)
  say(`all parts in ${sinceStart()}`)
  say(`${sum('passed')} passed, ${sum('failed')} failed`)
  if (sum('failed') > 0) process.exitCode = 1
})
