// What a deployment allows at most. A repository's policy may ask for more, and gets this.
import type { PriceList } from '../model/pricing.ts'
import type { OwnModels } from './model-choice.ts'
import type { Limits, Policy } from './policy-schema.ts'

type SandboxResources = Pick<Policy['sandbox'], 'commandMinutes' | 'memoryMiB' | 'processes' | 'cpus'>

export interface Ceilings {
  limits: Limits
  sandbox: SandboxResources & {
    /** Kinds a repository may name. `none` only where running without a sandbox was chosen by name. */
    kinds: Policy['sandbox']['kind'][]
    /** Images a repository may name. */
    images: string[]
  }
  concurrency: number
  /** By role; absent: any model may be named, and nothing is said about prices. */
  models?: OwnModels
  /** Those that the deployment knows; the list prices when left out. */
  prices?: PriceList
}

export const defaultCeilings: Ceilings = {
  limits: {
    files: 50,
    addedLines: 3_000,
    usd: 20,
    tokens: 2_000_000,
    minutes: 180,
    turns: 300,
    toolCalls: 1_000,
    repairs: 6,
    verifyRounds: 5,
    packetFiles: 30,
    outputKiB: 32,
    followUpRounds: 5,
    repositoryMiB: 8_192,
  },
  sandbox: {
    commandMinutes: 30,
    memoryMiB: 16_384,
    processes: 2_048,
    cpus: 8,
    kinds: ['auto', 'bubblewrap'],
    images: [],
  },
  concurrency: 5,
}

/**
 * The policy with every value at most at its ceiling. `isWritten` tells what the repository asked for itself:
 * a lowered default is not worth a note, a lowered wish is.
 */
export function applyCeilings(
  policy: Policy,
  ceilings: Ceilings,
  isWritten: (path: string[]) => boolean,
): { policy: Policy; notes: string[] } {
  const notes: string[] = []
  const clip = (path: string[], value: number, ceiling: number): number => {
    if (value <= ceiling) return value
    if (isWritten(path)) {
      notes.push(`\`${path.join('.')}: ${value}\` is above what this deployment allows; ${ceiling} is used.`)
    }
    return ceiling
  }
  const { kinds, images, ...resources } = ceilings.sandbox
  const clipped: Policy = {
    ...policy,
    limits: clipEach('limits', policy.limits, ceilings.limits, clip),
    sandbox: { ...policy.sandbox, ...clipEach('sandbox', pick(policy.sandbox, resources), resources, clip) },
    concurrency: clip(['concurrency'], policy.concurrency, ceilings.concurrency),
  }
  if (!kinds.includes(policy.sandbox.kind)) {
    notes.push(`\`sandbox.kind: ${policy.sandbox.kind}\` is not offered by this deployment; its own choice is used.`)
    clipped.sandbox.kind = 'auto'
  }
  const { image } = policy.sandbox
  if (image !== undefined && !images.includes(image)) {
    notes.push(`\`sandbox.image: ${image}\` is not offered by this deployment; its own choice is used.`)
    clipped.sandbox.image = undefined
  }
  return { policy: clipped, notes }
}

function clipEach<T extends Record<string, number>>(
  section: string,
  values: T,
  ceilings: T,
  clip: (path: string[], value: number, ceiling: number) => number,
): T {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, clip([section, key], value, ceilings[key] ?? value)]),
  ) as T
}

function pick(sandbox: Policy['sandbox'], keys: SandboxResources): SandboxResources {
  return Object.fromEntries(Object.entries(sandbox).filter(([key]) => key in keys)) as unknown as SandboxResources
}
