// What the coder is told first, and when its work goes on.
import { say } from '../agent/loop.ts'
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
      bench.snapshot,
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

/** Longest file that is shown whole before it is asked for, in characters. */
const longestShown = 24_000

/** As the model may see them: not where they hold credentials. Of a long file the parts that the search found. */
async function plannedFiles({ plan, bench, packet }: PlannedTask): Promise<string[]> {
  const shown: string[] = []
  for (const { path, kind } of plan.modifications) {
    const read = kind === 'create' ? undefined : await bench.tree.readText(path)
    if (read?.kind !== 'text') continue
    const found = packet.files.find((file) => file.path === path)
    if (read.text.length <= longestShown) shown.push(describeFile(path, read.text))
    else if (found !== undefined) shown.push(describePart(found))
  }
  return shown
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
