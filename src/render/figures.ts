// Numbers as people read them; the same on every machine.

export function duration(ms: number): string {
  if (ms < 950) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function thousands(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

interface Cost {
  tokens: number
  /** Undefined where a model has no price. */
  usd: number | undefined
  /** What the others have cost then. */
  knownUsd?: number
  maxUsd?: number
}

/** `0.42 of 5.00 USD · 12,345 tokens`; a model without a price is said to have none. */
export function cost({ tokens, usd, knownUsd, maxUsd }: Cost): string {
  const ceiling = maxUsd === undefined ? '' : ` of ${maxUsd.toFixed(2)}`
  const shown = (amount: number) => `${dollars(amount)}${ceiling} USD`
  const unknown = knownUsd ? `${shown(knownUsd)} and more, no price known for a model` : 'no price known for the model'
  const money = usd === undefined ? unknown : shown(usd)
  return `${money} · ${thousands(tokens)} tokens`
}

/** Cents, but never 0.00 for something that was paid. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.005 ? usd.toFixed(4) : usd.toFixed(2)
}

export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`
}

/** `2026-11-20 10:42:07 UTC` from ISO 8601. */
export function moment(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}
