// A provider whose calls are seen: each one that is really made is a span by OpenTelemetry's conventions for generative models
// (gen-ai-spans of its semantic conventions), without a word of what was said.
import { toFault } from '../errors.ts'
import type { Attributes, Spans } from '../trace/spans.ts'
import type { ModelProvider, ModelReply, ModelRequest } from './model.ts'

export interface ModelWatch {
  spans: Pick<Spans, 'around'>
  /** With the code of the fault; not called where the run stopped the call itself. */
  failed?(code: string): void
}

export function watchProvider(provider: ModelProvider, { spans, failed }: ModelWatch): ModelProvider {
  return {
    name: provider.name,
    ...(provider.count && { count: provider.count.bind(provider) }),
    complete: (request, signal) => {
      const attributes = requestAttributes(provider.name, request)
      return spans.around({ name: `chat ${request.model}`, outgoing: true, attributes }, async (tell) => {
        try {
          const reply = await provider.complete(request, signal)
          tell(replyAttributes(reply))
          return reply
        } catch (thrown) {
          const fault = toFault(thrown)
          if (fault.class !== 'cancelled') failed?.(fault.code)
          throw thrown
        }
      })
    },
  }
}

function requestAttributes(provider: string, { role, model, maxTokens, outputSchema }: ModelRequest): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'gen_ai.request.max_tokens': maxTokens,
    'gen_ai.output.type': outputSchema === undefined ? 'text' : 'json',
    'gen_ai.agent.name': role,
  }
}

/** The conventions count what was read from and written to a cache as input, too. */
function replyAttributes({ model, stopReason, usage }: ModelReply): Attributes {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': [stopReason],
    'gen_ai.usage.input_tokens': inputTokens + cacheReadTokens + cacheWriteTokens,
    'gen_ai.usage.cache_read.input_tokens': cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': cacheWriteTokens,
    'gen_ai.usage.output_tokens': outputTokens,
  }
}
