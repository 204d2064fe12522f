// Which models a policy may choose. The ceiling in USD holds only where a price is known, so a policy that names a model
// without one would switch it off; the deployment itself may, since it pays.
import type { z } from 'zod'
import type { ModelRole } from '../model/model.ts'
import { priceOf, prices } from '../model/pricing.ts'
import type { Policy } from './policy-schema.ts'

/** The models that the deployment is configured with. */
export type OwnModels = Record<ModelRole, string>

export function refuseModels({ models }: Policy, own: OwnModels): z.core.$ZodIssue[] {
  return Object.entries(models).flatMap(([role, name]) => {
    if (name === undefined || Object.values(own).includes(name) || priceOf(name) !== undefined) return []
    const message = `has no known price; models with a price: ${Object.keys(prices).join(', ')}`
    return [{ code: 'custom' as const, path: ['models', role], message, input: name }]
  })
}

/** One line for each model without a price that the run really uses. */
export function noteUnpriced({ models }: Policy, own: OwnModels): string[] {
  const used = Object.entries(own).map(([role, name]) => models[role as ModelRole] ?? name)
  return [...new Set(used)]
    .filter((name) => priceOf(name) === undefined)
    .map((name) => `No price is known for ${name}: only the token ceiling holds.`)
}
