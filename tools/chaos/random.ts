// Numbers that look random and are the same for the same seed, so that a run of chaos that lost something can be played again.

export interface Random {
  /** At least 0, below 1. */
  next(): number
  /** A whole number, both ends included. */
  between(low: number, high: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T | undefined
  /**
   * Numbers of their own for what the name says. Processes are never twice at the same place at the same time: what one thing
   * draws must not depend on how often others have drawn before.
   */
  fork(name: string): Random
}

/** mulberry32: 32 bits of state are plenty for choosing a moment. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (share) => next() < share,
    pick: (from) => from[Math.floor(next() * from.length)],
    fork: (name) => createRandom(hashed(name, seed)),
  }
}

/** The same draws for the n-th time that something is done, however often others have drawn: `count` is kept by name. */
export function perOccasion(random: Random): (name: string) => Random {
  const counts = new Map<string, number>()
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return random.fork(`${name} ${count}`)
  }
}

/** FNV-1a, begun with the seed. */
function hashed(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}
