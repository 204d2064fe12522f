// What the coder is told first, and when its work goes on.
import { say } from '../agent/loop.ts'
import type { ContextFile } from '../explore/context-packet.ts'
import { fileParts, hitsOf } from '../explore/file-parts.ts'
import type { Message } from '../model/model.ts'
import { describeContract, describeFile, describePart, describeRepository, fence } from '../plan/describe-task.ts'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import type { Work } from './close-modification.ts'
import { describeModification } from './work-state.ts'

/** The task with everything that is known of it. */
export async function firstMessages({ task, state }: Work): Promise<Message[]> {
  const { contract, bench, plan } = task
  const { current } = state.queue
  const text = [
    describeContract(contract),
    describeRepository(
      bench,
      plan.modifications.map(({ path }) => path),
    ),
    fence('plan', [plan.summary, ...cause(plan), ...plan.modifications.map(describeModification)].join('\n')),
    ...(await plannedFiles(task)),
    current ? `Begin with ${describeModification(current)}` : '',
  ].join('\n\n')
  return [{ role: 'user', content: [{ type: 'text', text }] }]
}

function cause({ rootCause }: ImplementationPlan): string[] {
  return rootCause === undefined ? [] : [`Cause: ${rootCause}`]
}

/** As the model may see them: not where they hold credentials. */
async function plannedFiles({ plan, bench, packet }: PlannedTask): Promise<string[]> {
  const shown: string[] = []
  for (const { path, kind, around = [] } of plan.modifications) {
    const read = kind === 'create' ? undefined : await bench.tree.readText(path)
    if (read?.kind !== 'text') continue
    const found = packet.files.find((file) => file.path === path)
    shown.push(describePlanned({ path, text: read.text, around, found }))
  }
  return shown
}

/** In characters: a file up to `whole` is shown whole before it is asked for, of a longer one what it is about. */
const longest = { whole: 8_000, parts: 8_000 }

interface Planned {
  path: string
  text: string
  /** Names that the plan is about. */
  around: string[]
  /** What the search found. */
  found: ContextFile | undefined
}

function describePlanned({ path, text, around, found }: Planned): string {
  if (text.length <= longest.whole) return describeFile(path, text)
  const named = hitsOf(around, text)
  if (named.length === 0 && found !== undefined) return describePart(found)
  return describePart({ path, ...fileParts(text, named, longest.parts) })
}

/** A person has decided what the coder could not. */
export function goOn({ state }: Work, conversation: Message[], answer: string): Message[] {
  const { current } = state.queue
  const next = current ? `Next, ${describeModification(current)}` : 'Nothing is left to do.'
  return say(
    conversation,
    `A maintainer has decided: ${answer}\n\nThe files are as they were when the last modification was closed. ${next}`,
  )
}
