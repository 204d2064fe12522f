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
  const keeping = new Keeping()

  const complete: Model['complete'] = async (asked, signal, before) => {
    const maxTokens = Math.min(asked.maxTokens ?? options.maxTokensPerReply, options.maxTokensPerReply)
    const request: ModelRequest = { ...asked, model: asked.model ?? options.models[asked.role], maxTokens }
    const hash = requestHash(request)
    await keeping.of(hash)
    const stored = await options.store.find(hash)
    const reply = stored ?? (await paid(options, request, { hash, counted, keeping, signal, before }))
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
    async structured(request, signal) {
      const answer = await askStructured(complete, request, signal)
      await keeping.done()
      return answer
    },
    kept: () => keeping.done(),
    async spent() {
      await keeping.done()
      return options.store.spent()
    },
  }
}

/**
 * Writes of replies, one after the other and beside what is made of them: a commit to the disk takes as long as a look at a file.
 * Until it is made the reservation counts, which is never less. A write that failed fails all that wait from then on.
 */
class Keeping {
  #last: Promise<void> = Promise.resolve()
  #newest: string | undefined

  begin(hash: string, write: () => Promise<void>): void {
    this.#newest = hash
    this.#last = this.#last.then(write)
    // Told by `done`; until then it must not count as unhandled.
    this.#last.catch(() => {})
  }

  /** Waits where the same was asked just now: its reply is found once it is kept. */
  async of(hash: string): Promise<void> {
    if (hash === this.#newest) await this.#last
  }

  done(): Promise<void> {
    return this.#last
  }
}

async function paid(
  options: MeteredModelOptions,
  request: ModelRequest,
  call: {
    hash: string
    counted: CountedPrompts
    keeping: Keeping
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
  await Promise.all([call.before?.(), call.keeping.done()])
  call.keeping.begin(call.hash, () => store.settle(reservation, reply, usdOf(reply, request, options.prices)))
  return reply
}

/**
 * By the bound from the bytes, which may be 2.6 times the truth and asks nobody. Where that refuses the call or shortens its reply,
 * the provider counts the prompt, so that the end of a budget can be used, and what was spent is known to the last write.
 */
async function admitted(
  { store, provider, ceilings }: MeteredModelOptions,
  request: ModelRequest,
  call: { counted: CountedPrompts; keeping: Keeping; signal: AbortSignal | undefined; price: Price | undefined },
): Promise<{ admission: Admission; promptTokens: number }> {
  const { maxTokens } = request
  const within = async (promptTokens: number) => ({
    admission: admit({ spent: await store.spent(), ceilings, promptTokens, maxTokens, price: call.price }),
    promptTokens,
  })
  const isWhole = ({ admission }: { admission: Admission }) =>
    admission.kind === 'allowed' && admission.maxTokens === maxTokens
  const bound = promptBound(request, call.counted.prefixOf(request))
  const early = await within(bound)
  if (isWhole(early)) return early
  await call.keeping.done()
  const bounded = await within(bound)
  if (isWhole(bounded)) return bounded
  const count = await provider.count?.(request, call.signal)
  return count === undefined || countedBound(count) >= bound ? bounded : within(countedBound(count))
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
