// An issue form that answers everything needs no model to be understood.
import type { Understanding } from './contract.ts'
import { type FormFacts, withoutEmptyAnswers } from './issue-form.ts'
import { mentionedIdentifiers, mentionedPaths } from './mentions.ts'
import type { Task } from './task.ts'
import { taskTypeOf } from './task-labels.ts'

const longestObjective = 300
const longestBackground = 4_000
const mostOfEach = 10

/** Undefined where the form leaves something to be understood: then a model reads the issue. */
export function understoodFromForm({ title, body, labels }: Task, form: FormFacts): Answered | undefined {
  const taskType = taskTypeOf(labels) ?? form.taskType
  const { objective: reported, behaviour, acceptanceCriteria, constraints } = form
  const affectedFiles = mentionedPaths(form.places)
  const searchTerms = mentionedIdentifiers(`${title}\n${withoutEmptyAnswers(body)}`).slice(0, mostOfEach)
  if (taskType === undefined || reported === undefined || behaviour === undefined) return undefined
  if (acceptanceCriteria.length === 0 || affectedFiles.length + searchTerms.length === 0) return undefined
  const objective = oneLine(behaviour)
  const short = objective.length <= longestObjective
  return {
    taskType,
    objective: short ? objective : oneLine(title),
    background: (short ? reported : `${reported}\n\n${behaviour}`).slice(0, longestBackground),
    affectedFiles,
    searchTerms,
    constraints: constraints.slice(0, mostOfEach),
    acceptanceCriteria: acceptanceCriteria.slice(0, mostOfEach),
    complexity: affectedFiles.length <= 2 && acceptanceCriteria.length <= 4 ? 'low' : 'medium',
    // Rules raise it; nobody has judged it.
    risk: 'low',
    questions: [],
  }
}

export type Answered = Understanding & { background: string }

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
