/** A clock that goes only when a test turns it, and the timers that hang on it. */

export interface Turned {
  now(): number
  timer(milliseconds: number, call: () => void): () => void
  /** Goes on by so many milliseconds; each timer on the way rings at its time, and what it began goes on meanwhile. */
  turn(milliseconds: number): Promise<void>
  /** Sets the clock, as a person would: no timer hears of it. */
  set(time: number): void
  /** Milliseconds that go on whatever the clock is set to. */
  monotonic(): number
}

/** Lets everything happen that waits for nothing but its turn. */
export async function breathe(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  for (let i = 0; i < 8; i++) {
    const turn = new Promise((resolve) => {
      port1.onmessage = resolve
    })
    port2.postMessage(0)
    await turn
  }
  port1.close()
}

export function turned(start = 1_760_000_000_000): Turned {
  let time = start
  let run = 0
  const waiting = new Set<{ at: number; call: () => void }>()
  return {
    now: () => time,
    monotonic: () => run,
    set(to) {
      time = to
    },
    timer(milliseconds, call) {
      const entry = { at: run + Math.max(milliseconds, 0), call }
      waiting.add(entry)
      return () => void waiting.delete(entry)
    },
    async turn(milliseconds) {
      const end = run + milliseconds
      for (;;) {
        await breathe()
        const next = [...waiting].sort((a, b) => a.at - b.at)[0]
        if (!next || next.at > end) break
        waiting.delete(next)
        time += Math.max(0, next.at - run)
        run = Math.max(run, next.at)
        next.call()
      }
      time += end - run
      run = end
      await breathe()
    },
  }
}
