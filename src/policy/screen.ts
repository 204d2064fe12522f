// Stage 2's rules: what can be refused before anything is cloned or paid.

import { formFacts } from '../task/issue-form.ts'
import { mentionedPaths } from '../task/mentions.ts'
import type { Task } from '../task/task.ts'
import type { BaseFacts } from '../task/task-host.ts'
import { taskTypeOf } from '../task/task-labels.ts'
import { askedProtectedPaths } from './asked-paths.ts'
import { complexitySigns } from './complexity.ts'
import { inWords } from './contract-risk.ts'
import type { Decline } from './decline.ts'
import type { Policy } from './policy-schema.ts'
import { refusedFiles } from './refused-files.ts'

/** Size of a title and body, in UTF-8, above which an issue is not read. */
export const maxIssueBytes = 64 * 1024

const minWordsInTitle = 3
const maxEvidence = 5

/** The first rule that refuses the task; undefined when every rule lets it pass. */
export function screen(task: Task, facts: BaseFacts, policy: Policy): Decline | undefined {
  return (
    tooLarge(task) ??
    empty(task) ??
    repositoryTooLarge(facts, policy) ??
    duplicate(facts) ??
    refusedByLabel(task) ??
    refusedType(task, policy) ??
    protectedPath(task, policy) ??
    refusedFiles(mentionedPaths(formFacts(task.body).places), policy) ??
    tooComplex(task, policy)
  )
}

function tooLarge({ title, body }: Task): Decline | undefined {
  const bytes = Buffer.byteLength(title) + Buffer.byteLength(body)
  if (bytes <= maxIssueBytes) return undefined
  const kibibytes = Math.ceil(bytes / 1024)
  return {
    code: 'issue_too_large',
    evidence: [`The text has ${kibibytes} KiB; at most ${maxIssueBytes / 1024} are read.`],
  }
}

/** A title alone may be a task ("Fix the typo in README.md"), but not a word or two. */
function empty({ title, body, removed }: Task): Decline | undefined {
  if (wordsIn(body) > 0 || wordsIn(title) >= minWordsInTitle) return undefined
  const hidden = removed.map(({ kind, count }) => `${count} × ${kind}`)
  const evidence = [`The title is "${title.trim()}" and the description is empty.`]
  if (hidden.length > 0) evidence.push(`Hidden text is not read: ${hidden.join(', ')}.`)
  return { code: 'issue_empty', evidence }
}

function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{N}]{2,}/gu)?.length ?? 0
}

/** Of every task, whatever it asks for: what is too large is not cloned. */
export function repositoryTooLarge({ repositoryBytes }: BaseFacts, { limits }: Policy): Decline | undefined {
  const mebibytes = Math.ceil(repositoryBytes / (1024 * 1024))
  if (mebibytes <= limits.repositoryMiB) return undefined
  return {
    code: 'repository_too_large',
    evidence: [`The repository has ${mebibytes} MiB; limits.repositoryMiB is ${limits.repositoryMiB}.`],
  }
}

function duplicate({ openPullRequests }: BaseFacts): Decline | undefined {
  const known = openPullRequests
    .flatMap((open) => {
      const sign = open.closesIssue ? 'it closes this issue' : open.sign
      return sign === undefined ? [] : [{ ...open, sign }]
    })
    .slice(0, maxEvidence)
  if (known.length === 0) return undefined
  return {
    code: 'duplicate_pull_request',
    evidence: known.map(({ number, title, sign }) => `Pull request ${number} "${title}" is open, and ${sign}.`),
    links: known.map(({ url }) => url),
  }
}

/** Labels by which people say that there is nothing to do yet, or ever. */
const notWork =
  /^(wontfix|won't fix|invalid|duplicate|question|discussion|blocked|on hold|needs[- ](design|discussion|info))$/i

function refusedByLabel({ labels }: Task): Decline | undefined {
  const label = labels.find((name) => notWork.test(name.replace(/^[\w-]+[:/]\s*/, '')))
  return label === undefined
    ? undefined
    : { code: 'not_ready', evidence: [`The label "${label}" says that this is not to be worked on.`] }
}

function refusedType({ labels, body }: Task, policy: Policy): Decline | undefined {
  const byLabel = taskTypeOf(labels)
  const type = byLabel ?? formFacts(body).taskType
  if (type === undefined || policy.modes[type] !== 'decline') return undefined
  const source = byLabel === undefined ? 'The form says' : 'The labels say'
  return {
    code: 'task_type_not_allowed',
    evidence: [`${source} that this is a ${inWords(type)} task; the policy says modes.${type}: decline.`],
  }
}

/** Where the policy has such tasks approved instead, the gate asks for it. */
function tooComplex(task: Task, policy: Policy): Decline | undefined {
  const signs = policy.complexity === 'decline' ? complexitySigns(task, policy) : []
  return signs.length > 0 ? { code: 'too_complex', evidence: signs } : undefined
}

function protectedPath(task: Task, policy: Policy): Decline | undefined {
  const asked = askedProtectedPaths(`${task.title}\n${task.body}`, policy).slice(0, maxEvidence)
  if (asked.length === 0) return undefined
  return {
    code: 'protected_path',
    evidence: asked.map(({ path, sentence }) => `It asks to change ${path}: "${shorten(sentence)}"`),
  }
}

function shorten(sentence: string): string {
  return sentence.length > 160 ? `${sentence.slice(0, 159)}…` : sentence
}
