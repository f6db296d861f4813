/**
 * How every row is measured: both sides run in turns in one process (ours, peer, ours, peer, …, the
 * starting side changing from round to round), so that a machine that is busy for a moment is busy for
 * both; a round is long enough for the clock, the first rounds are thrown away, and the median counts.
 */
/** @typedef {{ name: string, ours: number, peer: number, peerName: string, ratio: number, unit: string,
 *   range?: { ours: [number, number], peer: [number, number], ratio: [number, number] },
 *   bar?: string, holds?: boolean, note?: string }} Row */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs the functions of `sides` in turns. Each is called with nothing, does one round, and returns (or
 * resolves with) the cost of one operation in that round; it measures itself, so that what it prepares
 * is not counted. `before` runs before each round, uncounted: one side's garbage is not the other's cost.
 * @param {Record<string, () => number | Promise<number>>} sides
 * @returns {Promise<Record<string, number[]>>} the costs of the rounds that count
 */
export async function inTurns(sides, { warmup = 3, rounds = 15, before = () => {} } = {}) {
  const names = Object.keys(sides)
  const costs = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < warmup + rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse()
    for (const name of order) {
      await before()
      const cost = await sides[name]()
      if (round >= warmup) costs[name].push(cost)
    }
  }
  return costs
}

const extent = (values) => [Math.min(...values), Math.max(...values)]

/**
 * One row from the rounds of both sides. `faster`: the ratio says how many times faster ours is (peer
 * over ours); otherwise it says how many times the peer's cost ours is (ours over peer).
 * @returns {Row}
 */
export function row({ name, ours, peer, peerName, unit, faster, atLeast, atMost, note, digits = 3 }) {
  const quotient = (a, b) => (faster ? b / a : a / b)
  const round = (value) => Number(value.toPrecision(Math.max(digits, 3)))
  const middle = { ours: median(ours), peer: median(peer) }
  const ratio = quotient(middle.ours, middle.peer)
  const perRound = ours.map((cost, i) => quotient(cost, peer[Math.min(i, peer.length - 1)]))
  return {
    name,
    ours: round(middle.ours),
    peer: round(middle.peer),
    peerName,
    ratio: round(ratio),
    unit,
    range: {
      ours: extent(ours).map(round),
      peer: extent(peer).map(round),
      ratio: extent(perRound).map(round),
    },
    ...verdict(ratio, { atLeast, atMost }),
    ...(note ? { note } : {}),
  }
}

/** The bar as a text, and whether the number holds it; nothing when the row has no bar. */
export function verdict(number, { atLeast, atMost, unit = '' }) {
  if (atLeast !== undefined) return { bar: `≥ ${atLeast}${unit}`, holds: number >= atLeast }
  if (atMost !== undefined) return { bar: `≤ ${atMost}${unit}`, holds: number <= atMost }
  return {}
}
