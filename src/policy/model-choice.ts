// Which models a policy may choose. The ceiling in USD holds only where a price is known, so a policy that names a model
// without one would switch it off; the deployment itself may, since it pays.
import type { z } from 'zod'
import { type ModelRole, modelRoles } from '../model/model.ts'
import { type Price, type PriceList, priceOf, prices } from '../model/pricing.ts'
import type { Policy } from './policy-schema.ts'

/** The models that the deployment is configured with. */
export type OwnModels = Record<ModelRole, string>

/** What a policy names for a role: more than one only for the reviewer. */
function wished({ models }: Pick<Policy, 'models'>, role: ModelRole): string[] {
  return [models[role] ?? []].flat()
}

/** Who is asked for each role, where the policy names somebody: the first of several reviewers. */
export function chosenModels(policy: Pick<Policy, 'models'>, own: OwnModels): OwnModels {
  const chosen = modelRoles.map((role) => [role, wished(policy, role)[0] ?? own[role]] as const)
  return Object.fromEntries(chosen) as OwnModels
}

/** Those that review, by name; undefined stands for the one model of the role. */
export function reviewersOf(policy: Pick<Policy, 'models'>): (string | undefined)[] {
  const names = [...new Set(wished(policy, 'reviewer'))]
  return names.length > 1 ? names : [undefined]
}

export function refuseModels(policy: Policy, own: OwnModels, list: PriceList = prices): z.core.$ZodIssue[] {
  return modelRoles.flatMap((role) =>
    wished(policy, role).flatMap((name) => {
      if (Object.values(own).includes(name) || priceOf(name, list) !== undefined) return []
      const message = `has no known price; models with a price: ${Object.keys(list).join(', ')}`
      return [{ code: 'custom' as const, path: ['models', role], message, input: name }]
    }),
  )
}

/** One line for each model without a price that the run really uses. */
export function noteUnpriced(policy: Policy, own: OwnModels, list: PriceList = prices): string[] {
  return [...new Set(modelRoles.flatMap((role) => usedFor(role, policy, own)))]
    .filter((name) => priceOf(name, list) === undefined)
    .map((name) => `No price is known for ${name}: only the token ceiling holds.`)
}

/** What each role of a run pays; undefined for a model without a price, or where the deployment names no models. */
export function priceByRole(
  policy: Policy,
  { models: own, prices: list = prices }: { models?: OwnModels; prices?: PriceList },
): (role: ModelRole) => Price | undefined {
  return (role) => meanOf(usedFor(role, policy, own).map((name) => priceOf(name, list)))
}

function usedFor(role: ModelRole, policy: Policy, own: OwnModels | undefined): string[] {
  const names = wished(policy, role)
  return names.length > 0 ? names : [own?.[role] ?? []].flat()
}

/** Reviewers read the same, each for its price. A tariff for long prompts is left out of the mean. */
function meanOf(all: (Price | undefined)[]): Price | undefined {
  const [first, ...others] = all.filter((price) => price !== undefined)
  if (first === undefined || others.length + 1 < all.length) return undefined
  if (others.length === 0) return first
  const mean = (of: (price: Price) => number) =>
    [first, ...others].reduce((sum, price) => sum + of(price), 0) / all.length
  return {
    input: mean(({ input }) => input),
    cacheWrite: mean(({ cacheWrite }) => cacheWrite),
    cacheRead: mean(({ cacheRead }) => cacheRead),
    output: mean(({ output }) => output),
  }
}
