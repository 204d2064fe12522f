// The port to a language model, in our words; shaped so that an Anthropic Messages request maps one to one. Types only.
import type { z } from 'zod'

export const modelRoles = ['analyst', 'planner', 'coder', 'reviewer'] as const
export type ModelRole = (typeof modelRoles)[number]

export type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'tool_result'; tool_use_id: string; content: string; is_error?: boolean }
  /** Reasoning of models that think by default. Opaque: a conversation sends it back unchanged, or the provider refuses. */
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'redacted_thinking'; data: string }

export interface Message {
  role: 'user' | 'assistant'
  content: Block[]
}

export interface ToolSpec {
  name: string
  description: string
  /** JSON Schema of an object. */
  inputSchema: Record<string, unknown>
}

export interface ModelRequest {
  role: ModelRole
  /** Model name as the provider knows it. */
  model: string
  system: string
  tools: ToolSpec[]
  messages: Message[]
  /** Asks for structured output: JSON Schema of the reply. */
  outputSchema?: Record<string, unknown>
  maxTokens: number
}

/** Tokens as the provider counted them. */
export interface Usage {
  inputTokens: number
  cacheWriteTokens: number
  cacheReadTokens: number
  outputTokens: number
}

export interface ModelReply {
  content: Block[]
  stopReason: 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'other'
  usage: Usage
  /** Model that answered, as the provider names it. */
  model: string
}

/**
 * A provider. Throws Faults: `infrastructure` with code `model_rate_limited`, `model_overloaded`, `model_unreachable`, `model_timeout`
 * (retry later; `data.retryAfterMs` where known), `invalid_input` with code `model_key_missing`, `model_key_invalid`, `model_unknown`, `model_request_invalid`, and
 * `cancelled` with code `model_cancelled` when the signal ended it. `data.charged` is false where the call certainly cost nothing;
 * otherwise `data.receivedTokens` is an upper bound of the reply that had arrived.
 */
export interface ModelProvider {
  readonly name: string
  complete(request: ModelRequest, signal?: AbortSignal): Promise<ModelReply>
  /** Tokens of the request's prompt as the provider counts them, for nothing; undefined where it does not answer. Absent: it cannot. Never throws. */
  count?(request: ModelRequest, signal?: AbortSignal): Promise<number | undefined>
}

/**
 * What the stages talk to: a provider behind the run's budget and ledger. A reply that the ledger already has for the same request is answered from there, unpaid.
 * Throws what the provider throws, and `budget_spent` with code `model_budget_spent` before a call that could pass a ceiling.
 */
export interface Model {
  complete(
    /** `model`: another than the one of the role. */
    request: Omit<ModelRequest, 'model' | 'maxTokens'> & { model?: string; maxTokens?: number },
    signal?: AbortSignal,
    /** Awaited once the reply has arrived and before it is kept: what must stand when it does. */
    before?: () => Promise<void>,
  ): Promise<ModelReply>
  /** Replies are kept while their caller goes on; this waits until all are, and throws what a write threw. A later call does the same before its own is kept. */
  kept(): Promise<void>
  /**
   * Structured output: parsed and validated; one invalid reply is sent back with the problems, a second ends in a fault `model_reply_invalid`.
   * A refusal is a fault `model_refused`, a reply cut at its length limit `model_reply_cut`. All three are `invalid_input`: asking again answers the same.
   */
  structured<T>(
    request: { role: ModelRole; model?: string; system: string; messages: Message[]; schema: z.ZodType<T> },
    signal?: AbortSignal,
  ): Promise<T>
  spent(): Promise<Charge>
}

/** What was paid. `tokens` = input + cache writes + output + 0.1 × cache reads. `usd` is undefined where the model has no price. */
export interface Charge {
  tokens: number
  usd: number | undefined
  calls: number
  usage: Usage
  /** USD of those calls that have a price; the same as `usd` where all have. */
  knownUsd?: number
  /** In the order in which the roles were first asked. */
  byRole?: RoleCharge[]
}

export interface RoleCharge {
  role: ModelRole
  tokens: number
  usd: number | undefined
  calls: number
  usage: Usage
}

/** A finished call as the ledger keeps it; exports of this are the recordings. */
export interface StoredCall {
  requestHash: string
  role: ModelRole
  request: ModelRequest
  reply: ModelReply
  usd: number | undefined
}

/** The ledger's side, implemented in run/. All calls are fenced by the claim's epoch. */
export interface ModelCallStore {
  find(requestHash: string): Promise<ModelReply | undefined>
  /** Counts as spent from now on, also after a crash, until `settle` replaces it. Answers its id. */
  reserve(call: {
    requestHash: string
    request: ModelRequest
    tokens: number
    usd: number | undefined
  }): Promise<number>
  /** Reply and charge in one transaction. */
  settle(reservation: number, reply: ModelReply, usd: number | undefined): Promise<void>
  /** For a call that certainly was not charged (refused before it was made). */
  release(reservation: number): Promise<void>
  /** Settled calls and reservations in flight. */
  spent(): Promise<Charge>
}
