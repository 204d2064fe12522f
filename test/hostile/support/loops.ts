// The tool loop and the budget as a run has them, with a model that says what an attacker wants.
import { z } from 'zod'
import { type LoopResult, runLoop } from '../../../src/agent/loop.ts'
import { createMeteredModel } from '../../../src/model/metered-model.ts'
import { MemoryModelCalls } from '../../support/memory-model-calls.ts'
import { type Scripted, ScriptedModel } from '../../support/scripted-model.ts'
import type { ModelScene } from './model-scene.ts'

const models = { analyst: 'm', planner: 'm', coder: 'm', reviewer: 'm' }

function metered(script: Scripted[]) {
  const ceilings = { tokens: 200_000, usd: 5 }
  return createMeteredModel({
    provider: new ScriptedModel(script),
    store: new MemoryModelCalls(),
    models,
    ceilings,
    maxTokensPerReply: 8_000,
  })
}

/** At most 30 turns and 60 calls; how the loop ended and what it cost in tokens. */
export async function loop(scene: ModelScene, script: Scripted[]): Promise<LoopResult<never> & { spent: number }> {
  const model = metered(script)
  const journal = new Map<string, string>()
  const result = await runLoop({
    model,
    role: 'coder',
    system: 's',
    tools: scene.tools,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Go.' }] }],
    limits: { turns: 30, toolCalls: 60 },
    journal: {
      recorded: async (key) => journal.get(key),
      record: (key, value) => void journal.set(key, value),
      written: async () => {},
    },
  })
  return { ...result, spent: (await model.spent()).tokens }
}

/** What a planner's reply is read as. Rejects what does not fit. */
export function structured(script: Scripted[]): Promise<unknown> {
  const schema = z.strictObject({ feasible: z.boolean(), paths: z.array(z.string()) })
  return metered(script).structured({
    role: 'planner',
    system: 's',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Plan.' }] }],
    schema,
  })
}
