// What went wrong at the provider, as one of the port's faults: class, code, a sentence for people, and whether it can have cost something.
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from '@anthropic-ai/sdk/error'
import { Fault, type FaultClass } from '../errors.ts'
import { IdleTimeout, waitMs } from './bounded-fetch.ts'

export interface Circumstances {
  model: string
  cancelled: boolean
  /** Undefined when the reply had not begun. */
  arrived: Arrived | undefined
}

export interface Arrived {
  /** Upper bound of what could be seen. */
  tokens: number
  /** True when the model thought, too, which is charged but not shown in full. */
  hidden: boolean
}

interface Diagnosis {
  class: FaultClass
  code: string
  message: string
  mend?: string
}

export function anthropicFault(thrown: unknown, circumstances: Circumstances): Fault {
  const { class: faultClass, code, message, mend } = diagnose(thrown, circumstances)
  const retryAfterMs = thrown instanceof APIError && thrown.headers ? waitMs(thrown.headers) : 0
  return new Fault(faultClass, code, message, {
    mend,
    cause: thrown,
    data: {
      model: circumstances.model,
      ...(thrown instanceof APIError && { status: thrown.status, requestId: thrown.requestID ?? undefined }),
      ...(retryAfterMs > 0 && { retryAfterMs }),
      ...chargeOf(thrown, circumstances),
    },
  })
}

function diagnose(thrown: unknown, { model, cancelled }: Circumstances): Diagnosis {
  if (cancelled)
    return { class: 'cancelled', code: 'model_cancelled', message: 'The call to the model was stopped on request.' }
  if (timedOut(thrown)) return timeout()
  if (!(thrown instanceof APIError) || thrown instanceof APIConnectionError || thrown instanceof APIUserAbortError) {
    return unreachable(thrown)
  }
  return byStatus(thrown, model)
}

function byStatus(error: APIError, model: string): Diagnosis {
  const said = error.apiMessage ? ` It said: ${error.apiMessage}` : ''
  const status = error.status ?? statusOfType(error.type)
  switch (status) {
    case 401:
    case 403:
      return {
        class: 'invalid_input',
        code: 'model_key_invalid',
        message: `The Anthropic API refuses the key (${status}).${said}`,
        mend: 'Check ANTHROPIC_API_KEY: it may be mistyped, revoked, or not allowed to use this model.',
      }
    case 404:
      return {
        class: 'invalid_input',
        code: 'model_unknown',
        message: `The Anthropic API does not know the model ${model}.${said}`,
        mend: 'Correct the name of the model, or choose one that the key may use.',
      }
    case 429:
      return {
        class: 'infrastructure',
        code: 'model_rate_limited',
        message: `The Anthropic API's rate limit is reached.${said}`,
        mend: 'It is tried again later. If it happens often, lower the number of runs at once or raise the limit of the account.',
      }
    case 529:
      return {
        class: 'infrastructure',
        code: 'model_overloaded',
        message: `The Anthropic API is overloaded.${said}`,
        mend: 'It is tried again later.',
      }
    case undefined:
      return unreachable(error)
    default:
      return status >= 500 ? serverFailed(status, said) : requestInvalid(status, said)
  }
}

/** An error inside a stream has a type instead of a status. */
function statusOfType(type: string | null): number | undefined {
  const statuses: Record<string, number> = {
    authentication_error: 401,
    permission_error: 403,
    not_found_error: 404,
    rate_limit_error: 429,
    overloaded_error: 529,
    invalid_request_error: 400,
    api_error: 500,
  }
  return type === null ? undefined : statuses[type]
}

function timeout(): Diagnosis {
  return {
    class: 'infrastructure',
    code: 'model_timeout',
    message: 'The Anthropic API was silent for too long.',
    mend: 'It is tried again later.',
  }
}

function unreachable(thrown: unknown): Diagnosis {
  const why = rootMessage(thrown)
  return {
    class: 'infrastructure',
    code: 'model_unreachable',
    message: `The connection to the Anthropic API failed: ${why}`,
    mend: 'It is tried again later. If it goes on, check the address, the proxy and the network.',
  }
}

function serverFailed(status: number, said: string): Diagnosis {
  return {
    class: 'infrastructure',
    code: 'model_unreachable',
    message: `The Anthropic API failed (${status}).${said}`,
    mend: 'It is tried again later.',
  }
}

function requestInvalid(status: number, said: string): Diagnosis {
  return {
    class: 'invalid_input',
    code: 'model_request_invalid',
    message: `The Anthropic API refuses the request (${status}).${said}`,
    mend: 'Read what it said: credit used up and prompts that are too long are the usual reasons.',
  }
}

/**
 * An answer with an error status costs nothing, and so does a connection that was never made. What a model thinks without
 * showing it cannot be measured, so a reply cut after it counts with all that was reserved.
 */
function chargeOf(thrown: unknown, { arrived }: Circumstances): Record<string, unknown> {
  if (arrived) return arrived.hidden ? {} : { receivedTokens: arrived.tokens }
  const answered = thrown instanceof APIError && thrown.status !== undefined
  return answered || neverConnected(thrown) ? { charged: false } : { receivedTokens: 0 }
}

function neverConnected(thrown: unknown): boolean {
  const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']
  return causes(thrown).some((cause) => codes.includes(String(Reflect.get(cause, 'code'))))
}

function timedOut(thrown: unknown): boolean {
  return thrown instanceof APIConnectionTimeoutError || causes(thrown).some((cause) => cause instanceof IdleTimeout)
}

function rootMessage(thrown: unknown): string {
  return causes(thrown).at(-1)?.message || 'no reason given'
}

/** An error, its cause, the cause's cause, … at most five. */
function causes(thrown: unknown): Error[] {
  const chain: Error[] = []
  for (let error = thrown; error instanceof Error && chain.length < 5; error = error.cause) chain.push(error)
  return chain
}
