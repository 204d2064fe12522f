// What a run will cost, told before most of it is paid: from runs like it, or else from the size of what there is to read.
import { chargedTokens } from '../model/budget.ts'
import { type ModelRole, modelRoles, type Usage } from '../model/model.ts'
import { costOf, type Price } from '../model/pricing.ts'
import type { TaskType } from '../task/contract.ts'

/** Figures of whole runs, the reading of the issue included. */
export interface Estimate {
  /** As `chargedTokens` counts. */
  tokens: Span
  /** Undefined where a model that is used has no price. */
  usd: Span | undefined
  basis: Basis
}

/** Of earlier runs the median and, below and above it, the 10th and the 90th percentile. */
export interface Span {
  low: number
  middle: number
  high: number
}

export type Basis = { kind: 'earlier_runs'; runs: number; like: Likeness } | { kind: 'size' }

/** What earlier runs have in common with this one, the nearest first. */
export type Likeness = 'repository_and_type' | 'repository' | 'type' | 'any'

export type UsageByRole = Partial<Record<ModelRole, Usage>>

/** A run that went all the way to a change. */
export interface EarlierRun {
  repositoryKey: string
  taskType: TaskType
  usage: UsageByRole
}

export interface Subject {
  repositoryKey: string
  taskType: TaskType
}

export type PriceOfRole = (role: ModelRole) => Price | undefined

/** Fewer say nothing about the next one. */
const leastRuns = 3

/** From the nearest of the earlier runs; undefined where there are too few. Priced as of today, with the models of this run. */
export function estimateFromRuns(
  runs: readonly EarlierRun[],
  subject: Subject,
  priceOfRole: PriceOfRole,
): Estimate | undefined {
  const near = nearest(runs, subject)
  if (near === undefined) return undefined
  const costs = near.runs.map(({ usage }) => usdOf(usage, priceOfRole)).filter((usd) => usd !== undefined)
  return {
    tokens: spanOf(near.runs.map(({ usage }) => tokensOf(usage))),
    usd: costs.length === near.runs.length ? spanOf(costs) : undefined,
    basis: { kind: 'earlier_runs', runs: near.runs.length, like: near.like },
  }
}

function nearest(runs: readonly EarlierRun[], { repositoryKey, taskType }: Subject) {
  const inRepository = runs.filter((run) => run.repositoryKey === repositoryKey)
  const groups: { like: Likeness; runs: readonly EarlierRun[] }[] = [
    { like: 'repository_and_type', runs: inRepository.filter((run) => run.taskType === taskType) },
    { like: 'repository', runs: inRepository },
    { like: 'type', runs: runs.filter((run) => run.taskType === taskType) },
    { like: 'any', runs },
  ]
  return groups.find((group) => group.runs.length >= leastRuns)
}

export function tokensOf(usage: UsageByRole): number {
  return modelRoles.reduce((sum, role) => sum + (usage[role] ? chargedTokens(usage[role]) : 0), 0)
}

/** By the tariff of short prompts: usage is summed over calls, none of which may have been long. */
export function usdOf(usage: UsageByRole, priceOfRole: PriceOfRole): number | undefined {
  let sum = 0
  for (const role of modelRoles) {
    const used = usage[role]
    if (used === undefined) continue
    const price = priceOfRole(role)
    if (price === undefined) return undefined
    sum += costOf(used, { ...price, above: undefined })
  }
  return sum
}

function spanOf(values: readonly number[]): Span {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { low: at(0.1), middle: at(0.5), high: at(0.9) }
}
