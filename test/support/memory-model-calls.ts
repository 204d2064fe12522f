import { chargedTokens } from '../../src/model/budget.ts'
import { sumCalls } from '../../src/model/charge.ts'
import type { Charge, ModelCallStore, ModelReply, ModelRequest, StoredCall } from '../../src/model/model.ts'

interface Row {
  requestHash: string
  request: ModelRequest
  tokens: number
  usd: number | undefined
  reply?: ModelReply
}

/** The ledger's table of model calls in memory, with the same rules: a reservation counts until it is settled or released. */
export class MemoryModelCalls implements ModelCallStore {
  readonly #rows = new Map<number, Row>()
  #next = 1

  get inFlight(): Row[] {
    return [...this.#rows.values()].filter((row) => !row.reply)
  }

  get settled(): StoredCall[] {
    return [...this.#rows.values()].flatMap((row) =>
      row.reply
        ? [
            {
              requestHash: row.requestHash,
              role: row.request.role,
              request: row.request,
              reply: row.reply,
              usd: row.usd,
            },
          ]
        : [],
    )
  }

  async find(requestHash: string): Promise<ModelReply | undefined> {
    return this.settled.find((call) => call.requestHash === requestHash)?.reply
  }

  async reserve(call: Row): Promise<number> {
    this.#rows.set(this.#next, { ...call })
    return this.#next++
  }

  async settle(reservation: number, reply: ModelReply, usd: number | undefined): Promise<void> {
    const row = this.#rows.get(reservation)
    if (!row) throw new Error(`no reservation ${reservation}`)
    this.#rows.set(reservation, { ...row, reply, usd, tokens: chargedTokens(reply.usage) })
  }

  async release(reservation: number): Promise<void> {
    this.#rows.delete(reservation)
  }

  async spent(): Promise<Charge> {
    return sumCalls(
      [...this.#rows.values()].map(({ request, tokens, usd, reply }) => {
        const usage = reply?.usage ?? { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 }
        return { role: request.role, tokens, usd: usd ?? null, ...usage }
      }),
    )
  }
}
