// Structured output: zod to JSON Schema, the reply parsed and validated, one more try with the problems.
import { z } from 'zod'
import { Fault } from '../errors.ts'
import type { Message, Model, ModelReply, ModelRole } from './model.ts'
import { outputSchemaOf } from './output-schema.ts'

type Request<T> = { role: ModelRole; model?: string; system: string; messages: Message[]; schema: z.ZodType<T> }
type Read<T> = { kind: 'valid'; value: T } | { kind: 'invalid'; problems: string }

export async function askStructured<T>(
  complete: Model['complete'],
  request: Request<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { role, model, system, schema } = request
  const ask = (messages: Message[]) =>
    complete(
      {
        role,
        ...(model !== undefined && { model }),
        system,
        tools: [],
        messages,
        outputSchema: outputSchemaOf(schema),
      },
      signal,
    )

  const first = whole(await ask(request.messages), role)
  const read = readReply(first, schema)
  if (read.kind === 'valid') return read.value

  const second = whole(await ask([...request.messages, ...correction(first, read.problems)]), role)
  const again = readReply(second, schema)
  if (again.kind === 'valid') return again.value
  throw new Fault(
    'invalid_input',
    'model_reply_invalid',
    `The ${role} model answered twice in a form that cannot be used:\n${again.problems}`,
    {
      mend: 'Choose another model for this role.',
      data: { role, model: second.model, problems: again.problems },
    },
  )
}

/** The reply, unless it is a refusal or only a part. */
function whole(reply: ModelReply, role: ModelRole): ModelReply {
  const data = { role, model: reply.model }
  if (reply.stopReason === 'refusal') {
    throw new Fault('invalid_input', 'model_refused', `The ${role} model refuses to work on this.`, {
      mend: 'Write the issue without what the model may take for a request to do harm, or choose another model for this role.',
      data,
    })
  }
  if (reply.stopReason === 'max_tokens') {
    throw new Fault('invalid_input', 'model_reply_cut', `The ${role} model's reply was cut at its length limit.`, {
      mend: 'Raise the limit of a reply or the budget, or split the task.',
      data,
    })
  }
  return reply
}

function readReply<T>(reply: ModelReply, schema: z.ZodType<T>): Read<T> {
  const text = textOf(reply)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { kind: 'invalid', problems: `Not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  const parsed = schema.safeParse(json)
  return parsed.success
    ? { kind: 'valid', value: parsed.data }
    : { kind: 'invalid', problems: z.prettifyError(parsed.error) }
}

/** The JSON of the reply, also when a model without structured output wraps it in a code fence. */
function textOf(reply: ModelReply): string {
  const text = reply.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('')
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/.exec(text)?.[1] ?? text
}

function correction(reply: ModelReply, problems: string): Message[] {
  const question: Message = {
    role: 'user',
    content: [
      { type: 'text', text: `That does not fit the schema:\n${problems}\nAnswer again, the whole JSON, corrected.` },
    ],
  }
  return reply.content.length > 0 ? [{ role: 'assistant', content: reply.content }, question] : [question]
}
