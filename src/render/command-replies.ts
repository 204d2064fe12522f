// What a person reads after a command. No line of ours may begin like a command, or another bot's quote of it could.
import type { Command } from '../intake/commands.ts'
import type { Answered, Recorded } from '../run/ledger.ts'
import type { Said } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import { moment } from './figures.ts'
import { parseHiddenData, renderHiddenData } from './hidden-data.ts'
import { codeSpan } from './neutralise.ts'
import { outcomeLine } from './outcome-line.ts'
import { howToAnswer, refusalSentence } from './question.ts'

export interface Reply {
  reaction: '+1' | 'eyes' | 'confused'
  text: string
}

/** `comment`: the id of the one that holds the command. The mark stands last: what people get by mail begins with the words. */
export function renderReply({ text }: Reply, comment: number): string {
  return `${text}\n\n${renderHiddenData('reply', { comment })}`
}

/** The comment whose command is answered; undefined where it is no reply of ours. */
export function repliedTo(body: string): number | undefined {
  const { comment } = parseHiddenData('reply', body.trimEnd().split('\n').at(-1) ?? '') ?? {}
  return comment === undefined ? undefined : Number(comment)
}

/** Undefined for a delivery that came a second time: it was answered the first time. */
export function runReply(recorded: Recorded): Reply | undefined {
  if (recorded.kind === 'duplicate_delivery') return undefined
  const { id, state, question } = recorded.run
  if (recorded.kind === 'recorded') {
    return { reaction: 'eyes', text: `Run \`${id}\` is recorded. The status comment on this issue shows how it goes.` }
  }
  if (recorded.kind === 'already_under_way') {
    return {
      reaction: 'confused',
      text: `Run \`${id}\` is under way already (${inWords[state]}). To start anew, first stop it with \`/draftsmith stop\`.${question === undefined ? '' : ` ${howToAnswer(question)}`}`,
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

/** Of what was recorded for readiness, which is asked for by nobody but a command. */
export function readinessReply({ kind, run }: Exclude<Recorded, { kind: 'duplicate_delivery' }>): Reply {
  if (kind === 'recorded')
    return {
      reaction: 'eyes',
      text: `Run \`${run.id}\` is recorded. Its report stands in the readiness comment on this issue, and replaces an earlier one there.`,
    }
  return {
    reaction: 'confused',
    text: `Run \`${run.id}\` measures the readiness already (${inWords[run.state]}). To start anew, first stop it with \`/draftsmith stop\`.`,
  }
}

export function stopReply(runs: Run[]): Reply {
  if (runs.length === 0)
    return { reaction: 'confused', text: 'No run of this issue is under way, so there is nothing to stop.' }
  const kept = ({ task }: Run) => (task.wants === 'readiness' ? '' : ' What it has made so far is kept.')
  return { reaction: '+1', text: runs.map((run) => `Run \`${run.id}\` is stopped.${kept(run)}`).join(' ') }
}

export function statusReply(run: Run | undefined): Reply {
  if (run === undefined) {
    return { reaction: 'eyes', text: 'There is no run of this issue yet. `/draftsmith run` starts one.' }
  }
  const since = moment((run.endedAt ?? run.startedAt ?? run.createdAt).toISOString())
  const where = run.outcome === undefined ? inWords[run.state] : `ended, ${outcomeLine(run.outcome)}`
  const how = run.state !== 'ended' && run.question !== undefined ? ` ${howToAnswer(run.question)}` : ''
  return { reaction: 'eyes', text: `Run \`${run.id}\` (attempt ${run.attempt}): ${where}, since ${since}.${how}` }
}

export const unanswerable: Reply = {
  reaction: 'confused',
  text: 'There is no run of this issue, so nothing waits for an answer. `/draftsmith run` starts one.',
}

export const emptyRemark: Reply = {
  reaction: 'confused',
  text: 'Say after `/draftsmith revise` what should be different, in the same comment.',
}

export function remarkTooLong(longest: number): Reply {
  return {
    reaction: 'confused',
    text: `The remark is too long: ${longest} characters are read at most. What needs more belongs into the issue; then \`/draftsmith stop\` and \`/draftsmith run\`.`,
  }
}

/** To somebody who said something to a run that waits, or that they think waits. */
export function answerReply(
  said: Said,
  answered: Extract<Answered, { kind: 'answered' } | { kind: 'refused' }>,
): Reply {
  const { run } = answered
  if (answered.kind === 'answered') return { reaction: '+1', text: taken(said, run, answered.answer.question.hash) }
  return { reaction: 'confused', text: `${refusalSentence(answered.refusal)} ${whatCounts(answered)}` }
}

function whatCounts({ refusal, run }: Extract<Answered, { kind: 'refused' }>): string {
  const { question } = run
  if (refusal === 'answered' || refusal === 'not_waiting' || question === undefined) return standing(run)
  const anew = 'Write into the issue what is wanted, then `/draftsmith stop` and `/draftsmith run`. '
  return `${refusal === 'too_many_revisions' ? anew : ''}${howToAnswer(question)}`
}

function taken(said: Said, { id }: Run, hash: string): string {
  switch (said.kind) {
    case 'approve':
      return `The plan \`${hash}\` is approved. Run \`${id}\` goes on; should the base have moved since, the plan is made again and you are asked again.`
    case 'revise':
      return `The remark is recorded. Run \`${id}\` plans again with it and then asks again.`
    case 'choose':
      return `Option ${said.option} is recorded. Run \`${id}\` goes on with it.`
  }
}

function standing({ id, state, outcome }: Run): string {
  return `Run \`${id}\`: ${outcome === undefined ? inWords[state] : `ended, ${outcomeLine(outcome)}`}.`
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
- \`/draftsmith approve HASH\` has the plan with that hash carried out
- \`/draftsmith revise TEXT\` has the plan made again with that remark
- \`/draftsmith choose N\` takes option N where a decision is asked for
- \`/draftsmith status\` says where the run is
- \`/draftsmith readiness\` reports whether changes can be built and tested here, and what would make it better
- \`/draftsmith help\` shows this list`

const inWords: Record<Run['state'], string> = {
  queued: 'waiting for a worker',
  running: 'running',
  awaiting_approval: 'waiting for an approval',
  awaiting_answer: 'waiting for an answer',
  ended: 'ended',
}
