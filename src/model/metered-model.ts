// A provider behind the run's budget and ledger: a request that was answered before is answered from there, unpaid;
// anything else is reserved at its upper bound, called, and settled with what it really cost.
import { Fault } from '../errors.ts'
import { type Admission, admit, type Ceilings, countedBound, promptBound, upperCost } from './budget.ts'
import { requestHash } from './canonical.ts'
import { CountedPrompts } from './counted-prompts.ts'
import type { Model, ModelCallStore, ModelProvider, ModelReply, ModelRequest, ModelRole } from './model.ts'
import { costOf, type Price, type PriceList, priceOf, prices } from './pricing.ts'
import { askStructured } from './structured.ts'

export interface MeteredModelOptions {
  provider: ModelProvider
  store: ModelCallStore
  models: Record<ModelRole, string>
  ceilings: Ceilings
  /** Thinking counts as reply. */
  maxTokensPerReply: number
  prices?: PriceList
  events?: (event: ModelEvent) => void
}

/** One answered call. `paid` is false when the ledger had the reply. */
export interface ModelEvent {
  role: ModelRole
  model: string
  paid: boolean
  usage: ModelReply['usage']
  usd: number | undefined
  stopReason: ModelReply['stopReason']
}

export function createMeteredModel(options: MeteredModelOptions): Model {
  const counted = new CountedPrompts()

  const complete: Model['complete'] = async (asked, signal, before) => {
    const maxTokens = Math.min(asked.maxTokens ?? options.maxTokensPerReply, options.maxTokensPerReply)
    const request: ModelRequest = { ...asked, model: asked.model ?? options.models[asked.role], maxTokens }
    const hash = requestHash(request)
    const stored = await options.store.find(hash)
    const reply = stored ?? (await paid(options, request, { hash, counted, signal, before }))
    counted.remember(request, reply.usage)
    const usd = usdOf(reply, request, options.prices)
    options.events?.({
      role: request.role,
      model: request.model,
      paid: !stored,
      usage: reply.usage,
      usd,
      stopReason: reply.stopReason,
    })
    return reply
  }

  return {
    complete,
    structured: (request, signal) => askStructured(complete, request, signal),
    spent: () => options.store.spent(),
  }
}

async function paid(
  options: MeteredModelOptions,
  request: ModelRequest,
  call: {
    hash: string
    counted: CountedPrompts
    signal: AbortSignal | undefined
    before: (() => Promise<void>) | undefined
  },
): Promise<ModelReply> {
  const { store, provider } = options
  const price = priceOf(request.model, options.prices ?? prices)
  const { admission, promptTokens } = await admitted(options, request, { ...call, price })
  if (admission.kind === 'refused') throw budgetSpent(admission, request.role)

  const bounded = { ...request, maxTokens: admission.maxTokens }
  const reservation = await store.reserve({ requestHash: call.hash, request: bounded, ...admission.reserve })
  let reply: ModelReply
  try {
    reply = await provider.complete(bounded, call.signal)
  } catch (thrown) {
    await settleFailure(store, { reservation, hash: call.hash, request: bounded, promptTokens, price, thrown })
    throw thrown
  }
  await call.before?.()
  await store.settle(reservation, reply, usdOf(reply, request, options.prices))
  return reply
}

/**
 * By the bound from the bytes, which may be 2.6 times the truth and asks nobody. Where that refuses the call or shortens its reply,
 * the provider counts the prompt, so that the end of a budget can be used.
 */
async function admitted(
  { store, provider, ceilings }: MeteredModelOptions,
  request: ModelRequest,
  { counted, signal, price }: { counted: CountedPrompts; signal: AbortSignal | undefined; price: Price | undefined },
): Promise<{ admission: Admission; promptTokens: number }> {
  const spent = await store.spent()
  const { maxTokens } = request
  const within = (promptTokens: number) => ({
    admission: admit({ spent, ceilings, promptTokens, maxTokens, price }),
    promptTokens,
  })
  const bounded = within(promptBound(request, counted.prefixOf(request)))
  if (bounded.admission.kind === 'allowed' && bounded.admission.maxTokens === maxTokens) return bounded
  const count = await provider.count?.(request, signal)
  return count === undefined || countedBound(count) >= bounded.promptTokens ? bounded : within(countedBound(count))
}

/**
 * A call that certainly cost nothing is released. One that broke off may have been charged, and there is no bill for it: the
 * reservation shrinks to its prompt and what had arrived, or stays whole where that is not known. The smaller one is made
 * before the larger one goes, so that a crash between the two counts too much rather than too little.
 */
async function settleFailure(
  store: ModelCallStore,
  failure: {
    reservation: number
    hash: string
    request: ModelRequest
    promptTokens: number
    price: Price | undefined
    thrown: unknown
  },
): Promise<void> {
  const { reservation, request, promptTokens, price, thrown } = failure
  const data = thrown instanceof Fault ? thrown.data : {}
  if (data.charged === false) return store.release(reservation)
  if (typeof data.receivedTokens !== 'number') return
  const received = Math.min(data.receivedTokens, request.maxTokens)
  await store.reserve({
    requestHash: failure.hash,
    request,
    tokens: promptTokens + received,
    usd: price && upperCost(promptTokens, received, price),
  })
  await store.release(reservation)
}

/** Priced by the model that answered; a recording keeps its own price whatever model is configured now. */
function usdOf(reply: ModelReply, request: ModelRequest, list: PriceList = prices): number | undefined {
  const price = priceOf(reply.model, list) ?? priceOf(request.model, list)
  return price && costOf(reply.usage, price)
}

function budgetSpent(refused: Extract<Admission, { kind: 'refused' }>, role: ModelRole): Fault {
  const show = (amount: number) =>
    refused.ceiling === 'usd' ? `${amount.toFixed(2)} USD` : `${Math.round(amount)} tokens`
  return new Fault(
    'budget_spent',
    'model_budget_spent',
    `The next call of the ${role} could take ${show(refused.needed)}, and ${show(refused.left)} of the run's budget are left.`,
    {
      mend:
        refused.ceiling === 'usd' ? 'Raise limits.usd, or split the task.' : 'Raise limits.tokens, or split the task.',
      data: { ceiling: refused.ceiling, left: refused.left, needed: refused.needed, role },
    },
  )
}
