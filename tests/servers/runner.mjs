/** Runs named tests one after another, and says how it went. */
export class Runner {
  constructor(filter = '') {
    this.filter = filter
    this.passed = 0
    this.failed = 0
  }

  async test(name, work) {
    if (!name.includes(this.filter)) return
    const from = performance.now()
    try {
      await work()
      this.passed += 1
      console.log(`✓ ${name} (${Math.round(performance.now() - from)} ms)`)
    } catch (error) {
      this.failed += 1
      console.log(`✗ ${name}\n${String(error?.stack ?? error).replaceAll(/^/gm, '    ')}`)
    }
  }

  close() {
    console.log(`${this.passed} passed, ${this.failed} failed`)
    process.exitCode = this.failed > 0 || this.passed === 0 ? 1 : 0
  }
}
