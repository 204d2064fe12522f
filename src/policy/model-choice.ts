// Which models a policy may choose. The ceiling in USD holds only where a price is known, so a policy that names a model
// without one would switch it off; the deployment itself may, since it pays.
import type { z } from 'zod'
import { type ModelRole, modelRoles } from '../model/model.ts'
import { type Price, type PriceList, priceOf, prices } from '../model/pricing.ts'
import type { Policy } from './policy-schema.ts'

/** The models that the deployment is configured with. */
export type OwnModels = Record<ModelRole, string>

export function refuseModels({ models }: Policy, own: OwnModels, list: PriceList = prices): z.core.$ZodIssue[] {
  return Object.entries(models).flatMap(([role, name]) => {
    if (name === undefined || Object.values(own).includes(name) || priceOf(name, list) !== undefined) return []
    const message = `has no known price; models with a price: ${Object.keys(list).join(', ')}`
    return [{ code: 'custom' as const, path: ['models', role], message, input: name }]
  })
}

/** One line for each model without a price that the run really uses. */
export function noteUnpriced({ models }: Policy, own: OwnModels, list: PriceList = prices): string[] {
  return [...new Set(modelRoles.map((role) => models[role] ?? own[role]))]
    .filter((name) => priceOf(name, list) === undefined)
    .map((name) => `No price is known for ${name}: only the token ceiling holds.`)
}

/** What each role of a run pays; undefined for a model without a price, or where the deployment names no models. */
export function priceByRole(
  { models }: Policy,
  { models: own, prices: list = prices }: { models?: OwnModels; prices?: PriceList },
): (role: ModelRole) => Price | undefined {
  return (role) => {
    const name = models[role] ?? own?.[role]
    return name === undefined ? undefined : priceOf(name, list)
  }
}
