// `draftsmith replay RUN`: the run told again from its records, as the model saw it; nothing is called and nothing is paid.
import type { Config } from '../config.ts'
import type { Block, StoredCall } from '../model/model.ts'
import { withRun } from './find-run.ts'

export async function replayCommand(
  runId: string,
  { config, out }: { config: Config; out(text: string): void },
): Promise<number> {
  return withRun(config, runId, async (run, ledger) => {
    out(`# ${run.id}: ${run.task.title}`)
    const told = new Map<string, number>()
    for (const call of await ledger.modelCalls(run.id)) out(describeCall(call, told))
    out(run.outcome === undefined ? `# Not ended: ${run.state}` : `# Ended: ${run.outcome.kind}`)
    return 0
  })
}

/** Of a conversation only what is new since the last call is told. */
function describeCall({ role, request, reply }: StoredCall, told: Map<string, number>): string {
  const conversation = `${role} ${JSON.stringify(request.messages[0])}`
  const before = told.get(conversation) ?? 0
  told.set(conversation, request.messages.length + 1)
  const asked = request.messages
    .slice(before)
    .flatMap(({ role: who, content }) => content.map((block) => describeBlock(who, block)))
  const { inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = reply.usage
  return [
    `\n## ${role} (${reply.model}: ${inputTokens + cacheWriteTokens} new, ${cacheReadTokens} cached, ${outputTokens} written)`,
    ...(before === 0 ? [`[system] ${request.system}`] : []),
    ...asked,
    ...reply.content.map((block) => describeBlock('assistant', block)),
  ].join('\n')
}

function describeBlock(who: string, block: Block): string {
  if (block.type === 'text') return `[${who}] ${block.text}`
  if (block.type === 'tool_use') return `[call ${block.name}] ${JSON.stringify(block.input)}`
  if (block.type === 'tool_result') return `[result${block.is_error ? ', refused' : ''}] ${block.content}`
  return block.type === 'thinking' ? `[thinks] ${block.thinking}` : '[thinks]'
}
