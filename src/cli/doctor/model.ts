// The model: is there a key, is there a price, and, if asked for, does the key work.
import type { Logger } from 'pino'
import { composeProvider } from '../../compose/model.ts'
import type { Config } from '../../config.ts'
import { toFault } from '../../errors.ts'
import type { ModelProvider } from '../../model/model.ts'
import { priceOf } from '../../model/pricing.ts'
import type { Finding } from './finding.ts'

const check = 'model key'
/** A run waits for minutes; somebody at a terminal wants to know. */
const patienceMs = 20_000
const silent = 'Try again later, and check ANTHROPIC_BASE_URL, the proxy and the firewall.'

/** Spends nothing unless `online`: then one token for each model. */
export async function checkModel(
  config: Config,
  { online, log }: { online: boolean; log: Logger },
): Promise<Finding[]> {
  const { provider, recordings, apiKey, byRole, prices } = config.model
  if (provider === 'recorded') return [recorded(recordings)]
  if (apiKey === undefined) return []
  const models = [...new Set(Object.values(byRole))]
  const unpriced = models.filter((model) => priceOf(model, prices) === undefined).map(withoutPrice)
  if (!online) return [notTried(config), ...unpriced]
  const asked = composeProvider(config, log)
  return [...(await Promise.all(models.map((model) => tryModel(asked, model)))), ...unpriced]
}

function recorded(recordings = 'nowhere'): Finding {
  const mend = 'For tests and the demo only. Take DRAFTSMITH_MODEL_PROVIDER out to use a real model.'
  return { check, level: 'warn', found: `none needed: answers come from recordings in ${recordings}`, mend }
}

function notTried({ model: { baseUrl } }: Config): Finding {
  const at = baseUrl === undefined ? '' : ` for ${new URL(baseUrl).host}`
  return { check, level: 'ok', found: `set${at}, not tried; --online tries it with a call of one token` }
}

function withoutPrice(model: string): Finding {
  return {
    check: 'model price',
    level: 'warn',
    found: `no price is known for ${model}: only the token ceiling holds, not the one in US dollars`,
    mend: `Set its price: DRAFTSMITH_PRICES=${model}=INPUT/OUTPUT, in USD per million tokens; else keep DRAFTSMITH_MAX_TOKENS low.`,
  }
}

async function tryModel(provider: ModelProvider, model: string): Promise<Finding> {
  const content = [{ type: 'text' as const, text: 'Say yes.' }]
  const request = { role: 'analyst' as const, model, system: '', tools: [], maxTokens: 1 }
  const tooLong = AbortSignal.timeout(patienceMs)
  try {
    await provider.complete({ ...request, messages: [{ role: 'user', content }] }, tooLong)
    return { check, level: 'ok', found: `works with ${model}` }
  } catch (thrown) {
    if (tooLong.aborted)
      return { check, level: 'fail', found: `${model} gave no answer in ${patienceMs / 1000} s`, mend: silent }
    const { message, mend = 'Try again later.' } = toFault(thrown)
    return { check, level: 'fail', found: message, mend }
  }
}
