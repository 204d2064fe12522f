// What people are asked, and the words that answer it: Markdown on an issue, plain lines in a terminal.
import type { Question, Refusal } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import { renderHiddenData } from './hidden-data.ts'
import { codeSpan, inline, plain } from './neutralise.ts'

/** The paragraphs below the heading: what to say first, since it is read on phones. */
export function renderQuestion(question: Question): string[] {
  if (question.kind === 'approval')
    return [
      `**To agree**, comment ${codeSpan(`/draftsmith approve ${question.hash}`)}\n${otherwise('revise', 'what the plan should do differently')}`,
      `**Why you are asked**\n${bullets(question.reasons)}`,
    ]
  const { reason, evidence, options, recommended } = question.escalation
  const numbered = options.map(
    (option, at) => `${at + 1}. ${inline(option, 500)}${at + 1 === recommended ? ' **(recommended)**' : ''}`,
  )
  return [
    inline(reason, 1_000),
    numbered.join('\n'),
    `**To choose**, comment ${codeSpan(`/draftsmith choose ${recommended}`)}, or the number of another one\n${otherwise('revise', 'how it should be instead')}`,
    ...(evidence.length > 0 ? [`**What was found**\n${bullets(evidence)}`] : []),
  ]
}

function otherwise(word: string, what: string): string {
  return `**Or say it in your own words:** ${codeSpan(`/draftsmith ${word}`)}, followed by ${what}`
}

function bullets(lines: string[]): string {
  return lines.map((line) => `- ${inline(line, 1_000)}`).join('\n')
}

/** A comment of its own, since an edit of the status notifies nobody. Whoever asked for the run is named, and nobody else. */
export function renderCall({ id, task }: Pick<Run, 'id' | 'task'>, question: Question): string {
  const who = /^[A-Za-z0-9](?:[A-Za-z0-9-]*)$/.test(task.requestedBy) ? `@${task.requestedBy}: ` : ''
  return [
    renderHiddenData('question', { run: id, hash: question.hash }),
    `${who}Please look at the status comment of this issue. ${howToAnswer(question)}`,
  ].join('\n')
}

/** One sentence that names the commands, for a reply. */
export function howToAnswer(question: Question): string {
  return question.kind === 'approval'
    ? `The plan ${codeSpan(question.hash)} waits: ${codeSpan(`/draftsmith approve ${question.hash}`)} carries it out, ${codeSpan('/draftsmith revise')} with a remark plans again.`
    : `A decision is needed: ${codeSpan('/draftsmith choose')} with a number from 1 to ${question.escalation.options.length}, or ${codeSpan('/draftsmith revise')} with words of your own.`
}

/** Why an answer does not count; one sentence without Markdown. */
export function refusalSentence(refusal: Refusal): string {
  switch (refusal) {
    case 'answered':
      return 'That plan was approved before.'
    case 'not_waiting':
      return 'Nothing waits for an answer.'
    case 'other_hash':
      return 'That is not the plan that waits; nothing was done.'
    case 'other_kind':
      return 'That does not answer what is asked; nothing was done.'
    case 'no_such_option':
      return 'There is no option of that number; nothing was done.'
    case 'too_many_revisions':
      return 'The plans of this run were revised as often as one run allows.'
  }
}

/** The commands of a local run, as they can be pasted. */
export function answerCommands(runId: string, question: Question): string[] {
  const first =
    question.kind === 'approval'
      ? `draftsmith approve ${runId} ${question.hash}`
      : `draftsmith choose ${runId} ${question.escalation.recommended}`
  return [first, `draftsmith revise ${runId} "what should be different"`]
}

export function renderTerminalQuestion(runId: string, question: Question): string {
  return [
    ...describeQuestion(question),
    '',
    'To go on:',
    ...answerCommands(runId, question).map((line) => `  ${line}`),
  ].join('\n')
}

/** What is asked, without how to answer. */
export function describeQuestion(question: Question): string[] {
  if (question.kind === 'choice') {
    const { reason, evidence, options, recommended } = question.escalation
    return [
      `A decision is needed: ${plain(reason, 1_000)}`,
      ...evidence.map((line) => `  ${plain(line, 1_000)}`),
      ...options.map(
        (option, at) => `  ${at + 1}. ${plain(option, 500)}${at + 1 === recommended ? ' (recommended)' : ''}`,
      ),
    ]
  }
  const { plan, hash, reasons } = question
  return [
    `The plan ${hash} waits for approval: ${plain(plan.summary, 2_000)}`,
    ...(plan.rootCause === undefined ? [] : [`Cause: ${plain(plan.rootCause, 1_000)}`]),
    'What would change:',
    ...plan.modifications.map(({ kind, path, title }) => `  ${kind} ${path}: ${plain(title)}`),
    ...(plan.risks.length === 0 ? [] : ['Risks:', ...plan.risks.map((risk) => `  ${plain(risk, 1_000)}`)]),
    'Why you are asked:',
    ...reasons.map((reason) => `  ${plain(reason, 1_000)}`),
  ]
}
