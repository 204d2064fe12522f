// What a person reads after a command. No line of ours may begin like a command, or another bot's quote of it could.
import type { Command } from '../intake/commands.ts'
import type { Recorded } from '../run/ledger.ts'
import type { Run } from '../run/run.ts'
import { moment } from './figures.ts'
import { codeSpan } from './neutralise.ts'
import { outcomeLine } from './outcome-line.ts'

export interface Reply {
  reaction: '+1' | 'eyes' | 'confused'
  text: string
}

/** Undefined for a delivery that came a second time: it was answered the first time. */
export function runReply(recorded: Recorded): Reply | undefined {
  if (recorded.kind === 'duplicate_delivery') return undefined
  const { id, state } = recorded.run
  if (recorded.kind === 'recorded') {
    return { reaction: 'eyes', text: `Run \`${id}\` is recorded. The status comment on this issue shows how it goes.` }
  }
  if (recorded.kind === 'already_under_way') {
    return {
      reaction: 'confused',
      text: `Run \`${id}\` is under way already (${inWords[state]}). To start anew, first stop it with \`/draftsmith stop\`.`,
    }
  }
  return {
    reaction: 'confused',
    text: `Run \`${id}\` is newer than this command. Give the command again to start anew.`,
  }
}

export const nothingToRetry: Reply = {
  reaction: 'confused',
  text: 'There is no earlier run of this issue. `/draftsmith run` starts the first one.',
}

export function stopReply(run: Run | undefined): Reply {
  if (run === undefined)
    return { reaction: 'confused', text: 'No run of this issue is under way, so there is nothing to stop.' }
  return { reaction: '+1', text: `Run \`${run.id}\` is stopped. What it has made so far is kept.` }
}

export function statusReply(run: Run | undefined): Reply {
  if (run === undefined) {
    return { reaction: 'eyes', text: 'There is no run of this issue yet. `/draftsmith run` starts one.' }
  }
  const since = moment((run.endedAt ?? run.startedAt ?? run.createdAt).toISOString())
  const where = run.outcome === undefined ? inWords[run.state] : `ended, ${outcomeLine(run.outcome)}`
  return { reaction: 'eyes', text: `Run \`${run.id}\` (attempt ${run.attempt}): ${where}, since ${since}.` }
}

export function helpReply(command: Command): Reply {
  if (command.kind !== 'unknown') return { reaction: '+1', text: help }
  const guess = command.nearest === undefined ? '' : ` Did you mean \`${command.nearest}\`?`
  const what =
    command.word === '' ? 'That is not a command.' : `There is no command ${codeSpan(command.word.slice(0, 40))}.`
  return { reaction: 'confused', text: `${what}${guess}\n\n${help}` }
}

const help = `People with write access can say, at the start of a line of a comment:

- \`/draftsmith run\` starts a run with the issue as it stands now
- \`/draftsmith stop\` stops the run that is under way and keeps its work
- \`/draftsmith retry\` starts again after a run has ended
- \`/draftsmith status\` says where the run is
- \`/draftsmith help\` shows this list`

const inWords: Record<Run['state'], string> = {
  queued: 'waiting for a worker',
  running: 'running',
  awaiting_approval: 'waiting for an approval',
  awaiting_answer: 'waiting for an answer',
  ended: 'ended',
}
