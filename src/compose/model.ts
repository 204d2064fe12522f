// Models: who answers, by which price, within which ceilings.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { createAnthropicProvider } from '../model/anthropic-provider.ts'
import { createMeteredModel } from '../model/metered-model.ts'
import type { Model, ModelProvider } from '../model/model.ts'
import { priceOf } from '../model/pricing.ts'
import { createRecordedProvider } from '../model/recorded-provider.ts'
import { chosenModels } from '../policy/model-choice.ts'
import { type Ceilings, defaultCeilings, type Policy } from '../policy/policy.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import { offeredSandboxes } from './sandbox.ts'

export function composeProvider(config: Config, log: Logger): ModelProvider {
  const { provider, recordings, apiKey, baseUrl } = config.model
  if (provider === 'recorded') return createRecordedProvider({ files: recordings ? [recordings] : [] })
  return createAnthropicProvider({
    apiKey,
    baseUrl,
    timeoutMs: 120_000,
    maxRetries: 2,
    log: (level, message) => log[level]({ part: 'model' }, message),
  })
}

/** Policies may choose other models, but none without a price. */
export function warnOfPrices({ model: { provider, byRole, prices } }: Config, log: Logger): void {
  if (provider === 'recorded') return
  for (const model of new Set(Object.values(byRole)))
    if (priceOf(model, prices) === undefined)
      log.warn({ model }, 'no price is known: only the token ceiling holds; DRAFTSMITH_PRICES can name one')
}

interface Metering {
  provider: ModelProvider
  claimed: ClaimedRun
  policy: Policy
}

export function meteredModel(config: Config, { provider, claimed, policy }: Metering): Model {
  return createMeteredModel({
    provider,
    store: claimed.modelCalls,
    models: chosenModels(policy, config.model.byRole),
    prices: config.model.prices,
    ceilings: { usd: policy.limits.usd, tokens: policy.limits.tokens },
    maxTokensPerReply: 16_000,
  })
}

export function ceilingsOf(config: Config): Ceilings {
  const { usd, tokens, minutes } = config.ceilings
  const { limits, sandbox } = defaultCeilings
  return {
    ...defaultCeilings,
    models: config.model.byRole,
    prices: config.model.prices,
    limits: { ...limits, usd, tokens, minutes },
    sandbox: { ...sandbox, ...offeredSandboxes(config) },
  }
}
