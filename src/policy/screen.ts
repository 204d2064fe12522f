// Stage 2's rules: what can be refused before anything is cloned or paid.

import type { Task } from '../task/task.ts'
import type { BaseFacts } from '../task/task-host.ts'
import { taskTypeOf } from '../task/task-labels.ts'
import { askedProtectedPaths } from './asked-paths.ts'
import type { Decline } from './decline.ts'
import type { Policy } from './policy-schema.ts'

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
    refusedByLabel(task, policy) ??
    protectedPath(task, policy)
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

function repositoryTooLarge({ repositoryBytes }: BaseFacts, { limits }: Policy): Decline | undefined {
  const mebibytes = Math.ceil(repositoryBytes / (1024 * 1024))
  if (mebibytes <= limits.repositoryMiB) return undefined
  return {
    code: 'repository_too_large',
    evidence: [`The repository has ${mebibytes} MiB; limits.repositoryMiB is ${limits.repositoryMiB}.`],
  }
}

function duplicate({ openPullRequests }: BaseFacts): Decline | undefined {
  const closing = openPullRequests.filter(({ closesIssue }) => closesIssue).slice(0, maxEvidence)
  if (closing.length === 0) return undefined
  return {
    code: 'duplicate_pull_request',
    evidence: closing.map(({ number, title, url }) => `#${number} "${title}" is open and closes this issue: ${url}`),
  }
}

/** Labels by which people say that there is nothing to do yet, or ever. */
const notWork =
  /^(wontfix|won't fix|invalid|duplicate|question|discussion|blocked|on hold|needs[- ](design|discussion|info))$/i

function refusedByLabel({ labels }: Task, policy: Policy): Decline | undefined {
  const label = labels.find((name) => notWork.test(name.replace(/^[\w-]+[:/]\s*/, '')))
  if (label !== undefined) {
    return {
      code: 'task_type_not_allowed',
      evidence: [`The label "${label}" says that this is not ready to be worked on.`],
    }
  }
  const type = taskTypeOf(labels)
  if (type === undefined || policy.modes[type] !== 'decline') return undefined
  return {
    code: 'task_type_not_allowed',
    evidence: [`The labels make this a ${type}; the policy says modes.${type}: decline.`],
  }
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
