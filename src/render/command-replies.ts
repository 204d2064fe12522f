// Answers to `/draftsmith …` comments. None begins a line with the trigger, so that no answer can be taken for a command.

import type { Run } from '../run/run.ts'
import { moment } from './figures.ts'
import { codeSpan, inline } from './neutralise.ts'
import { outcomeHeading } from './outcome-line.ts'

const commands = [
  ['/draftsmith run', 'start a run for this issue'],
  ['/draftsmith stop', 'stop the run; the work so far is kept'],
  ['/draftsmith retry', 'start again from the newest commit of the base branch'],
  ['/draftsmith status', 'say where the run stands'],
  ['/draftsmith help', 'show this list'],
] as const

export type CommandReply =
  | { kind: 'help' }
  | { kind: 'unknown'; command: string }
  | { kind: 'started' | 'already_under_way' | 'stopping' | 'status'; run: Run }
  | { kind: 'nothing_under_way' }

export function renderCommandReply(reply: CommandReply): string {
  switch (reply.kind) {
    case 'help':
      return helpText()
    case 'unknown':
      return `There is no command ${codeSpan(reply.command.slice(0, 40))}.\n\n${helpText()}`
    case 'started':
      return `Run ${codeSpan(reply.run.id)} is recorded. The status comment on this issue shows where it stands.`
    case 'already_under_way':
      return `Run ${codeSpan(reply.run.id)} is under way already; one at a time. Comment \`/draftsmith stop\` to stop it.`
    case 'stopping':
      return `Run ${codeSpan(reply.run.id)} is being stopped. What it has is kept.`
    case 'nothing_under_way':
      return 'No run is under way for this issue. Comment `/draftsmith run` to start one.'
    case 'status':
      return statusText(reply.run)
  }
}

function statusText(run: Run): string {
  const { id, state, outcome, createdAt, attempt } = run
  const began = `attempt ${attempt}, recorded ${moment(createdAt.toISOString())}`
  if (outcome !== undefined) return `Run ${codeSpan(id)} (${began}) has ended: ${outcomeHeading(outcome)}`
  return `Run ${codeSpan(id)} (${began}) is ${inline(state.replaceAll('_', ' '))}. The status comment has the details.`
}

function helpText(): string {
  return [
    'Comments that begin with one of these are commands, from people with write access:',
    '',
    ...commands.map(([command, what]) => `- ${codeSpan(command)}: ${what}`),
  ].join('\n')
}
