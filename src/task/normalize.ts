// Stage 3: from an issue to a contract. Rules read what is written in a known form; the model reads the rest; rules have the last word.
import { createHash } from 'node:crypto'
import { loadPrompt } from '../agent/prompt.ts'
import type { Model } from '../model/model.ts'
import { complexitySigns } from '../policy/complexity.ts'
import type { Decline } from '../policy/decline.ts'
import { mayWrite } from '../policy/paths.ts'
import type { Policy } from '../policy/policy.ts'
import { risksInProse, risksInText } from '../policy/risk.ts'
import type { Escalation } from '../run/escalation.ts'
import { componentsOf, ownerAreaOf } from './components.ts'
import { type TaskContract, type Understanding, understanding } from './contract.ts'
import { understoodFromForm } from './form-contract.ts'
import { type FormFacts, formFacts, withoutEmptyAnswers } from './issue-form.ts'
import { isValue, mentionedIdentifiers, mentionedPaths } from './mentions.ts'
import type { Task } from './task.ts'
import type { BaseFacts } from './task-host.ts'
import { taskTypeOf } from './task-labels.ts'

export interface NormalizeRequest {
  task: Task
  facts: BaseFacts
  policy: Policy
  model: Model
  /** Tracked files, where they are known already; the model is told which of the mentioned ones exist. */
  fileList?: string[]
  /** What a maintainer has said to the readings of the issue, one sentence. */
  said?: string
  signal?: AbortSignal
}

/**
 * `by`: whether the form answered everything, or a model read the issue. `readings`: what people should decide first; the
 * contract is for the one that is recommended.
 */
export type Normalized =
  | { kind: 'contract'; contract: TaskContract; by: 'form' | 'analyst'; readings?: Escalation }
  | { kind: 'declined'; decline: Decline }

const most = { files: 20, terms: 10, criteria: 10, constraints: 10, questions: 5 }

/** One model call, or none where the issue form answers everything. Throws what the model throws. */
export async function normalize(request: NormalizeRequest): Promise<Normalized> {
  const form = formFacts(request.task.body)
  const answered = understoodFromForm(request.task, form)
  if (answered !== undefined) return { kind: 'contract', by: 'form', contract: contractOf(answered, form, request) }
  const { readings: found, ...read } = await askAnalyst(request)
  // Asked once: what is not clear then is a matter for the issue.
  const readings = request.said === undefined ? found : undefined
  if (read.questions.length > 0 && readings === undefined) {
    return { kind: 'declined', decline: { code: 'ambiguous', evidence: read.questions.slice(0, most.questions) } }
  }
  const contract = contractOf(corrected(read, form, request.task), form, request)
  return { kind: 'contract', by: 'analyst', contract, ...(readings && { readings: escalationOf(readings) }) }
}

/** Where the recommendation is none of the options, it is the first. */
function escalationOf({ reason, options, recommended }: NonNullable<Understanding['readings']>): Escalation {
  return { reason, evidence: [], options, recommended: recommended <= options.length ? recommended : 1 }
}

function askAnalyst(request: NormalizeRequest): Promise<Understanding> {
  return request.model.structured(
    {
      role: 'analyst',
      system: loadPrompt(new URL('./normalize.md', import.meta.url)),
      messages: [{ role: 'user', content: [{ type: 'text', text: issueMessage(request) }] }],
      schema: understanding,
    },
    request.signal,
  )
}

/** What rules add to an understanding, whoever had it. */
function contractOf(
  read: Understanding & { background?: string },
  form: FormFacts,
  { task, facts, policy }: NormalizeRequest,
): TaskContract {
  const ownerArea = ownerAreaOf(task.labels)
  const untouched = mentionedPaths(form.untouched)
  return {
    ...read,
    constraints: [...read.constraints, ...untouched.map((path) => `${path} stays as it is.`)],
    complexity: complexitySigns(task, policy).length > 0 ? 'high' : read.complexity,
    repository: facts.repository,
    baseBranch: facts.baseBranch,
    baseCommit: facts.baseCommit,
    scope: {
      include: policy.scope.include,
      exclude: [...policy.scope.exclude, ...untouched.map(asGlob)],
    },
    components: componentsOf(read.affectedFiles, task.labels),
    ...(ownerArea !== undefined && { ownerArea }),
    requestedBy: task.requestedBy,
    ...((taskTypeOf(task.labels) ?? form.taskType) !== undefined && { typeIsGiven: true }),
    signals: [...risksInText(task.title), ...risksInProse(task.body)],
  }
}

/** A path as a glob that matches it, and everything in it. */
function asGlob(path: string): string {
  return path.replace(/\/$/, '').replace(/[[\]{}*\\!()]/g, '?')
}

function issueMessage({ task, facts, fileList, said }: NormalizeRequest): string {
  // No text can contain its own hash, so no issue can write the marker that ends it.
  const mark = createHash('sha256').update(`${task.title}\0${task.body}`).digest('hex').slice(0, 12)
  const known = [
    // Of a clone that is worked on where it lies, this is a folder of the machine, which says nothing and differs everywhere.
    ...(task.source.kind === 'local' ? [] : [`Repository: ${facts.repository}`]),
    ...whatRulesFound(task, fileList),
    ...(said === undefined ? [] : [`Decided since the issue was written: ${said}`]),
  ]
  return [
    ...(known.length > 0 ? [...known, ''] : []),
    `<issue-${mark}>`,
    `Title: ${task.title}`,
    '',
    task.body,
    `</issue-${mark}>`,
  ].join('\n')
}

function whatRulesFound(task: Task, fileList: string[] | undefined): string[] {
  const type = taskTypeOf(task.labels)
  const known = fileList === undefined ? undefined : new Set(fileList)
  const paths = mentionedPaths(`${task.title}\n${task.body}`)
  const existing = known === undefined ? [] : paths.filter((path) => known.has(path))
  return [
    ...(task.labels.length > 0 ? [`Labels: ${task.labels.join(', ')}`] : []),
    ...(type === undefined ? [] : [`taskType, by label: ${type}`]),
    ...(existing.length > 0 ? [`Mentioned files that exist: ${existing.join(', ')}`] : []),
  ]
}

/** What is written plainly counts more than what was understood: the kind by label, fields of a form, code the issue quotes. */
function corrected(read: Understanding, form: FormFacts, task: Task): Understanding {
  const identifiers = mentionedIdentifiers(`${task.title}\n${withoutEmptyAnswers(task.body)}`)
  return {
    ...read,
    taskType: taskTypeOf(task.labels) ?? form.taskType ?? read.taskType,
    affectedFiles: distinct([...mentionedPaths(form.places), ...read.affectedFiles.map(tidyPath)])
      .filter(isPlainPath)
      .slice(0, most.files),
    searchTerms: distinct([...read.searchTerms, ...identifiers])
      .filter((term) => term.length >= 2 && term.length <= 80 && !isValue(term))
      .slice(0, most.terms),
    constraints: distinct([...form.constraints, ...read.constraints]).slice(0, most.constraints),
    acceptanceCriteria: distinct([...form.acceptanceCriteria, ...read.acceptanceCriteria]).slice(0, most.criteria),
  }
}

function tidyPath(path: string): string {
  return path
    .trim()
    .replace(/^(\.\/)+/, '')
    .replace(/(:\d+)+$/, '')
}

/** Protected paths stay in the contract, since the gate has to see them; what is no path at all does not. */
function isPlainPath(path: string): boolean {
  const verdict = mayWrite(path.replace(/\/$/, ''), { scope: { include: [], exclude: [], extensions: [] } })
  return verdict.allowed || verdict.rule !== 'outside'
}

function distinct(values: string[]): string[] {
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))]
}
