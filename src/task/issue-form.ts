// Issue forms arrive as Markdown: `### Label`, a blank line, the answer. Our own form is known by its labels, others by usual words.
import type { TaskType } from './contract.ts'
import { type FormFieldId, formFields, kindOptions } from './form-fields.ts'
import { taskTypeOf } from './task-labels.ts'

const unanswered = /^(_no response_|n\/?a|none|-)?$/i

/** Answers by heading, in order; headings that were left empty are not there. Empty when the body is no form. */
export function issueFormFields(body: string): { label: string; answer: string }[] {
  const parts = withoutFences(body).split(/^### +(.+)$/m)
  const fields: { label: string; answer: string }[] = []
  for (let at = 1; at < parts.length; at += 2) {
    const label = parts[at]?.replace(/[:#*\s]+$/, '').trim() ?? ''
    const answer = restore(parts[at + 1] ?? '', body).trim()
    if (label !== '' && !unanswered.test(answer)) fields.push({ label, answer })
  }
  return fields
}

/** GitHub's words for an empty answer look like a name in code, and are none. */
export function withoutEmptyAnswers(body: string): string {
  return body.replace(/^_No response_$/gm, '')
}

/** What the author answered; a field is absent or empty where it was not asked or not answered. */
export interface FormFacts {
  taskType?: TaskType
  /** What is wrong or missing. */
  objective?: string
  /** What should happen instead. */
  behaviour?: string
  /** One entry a list item, or a line; the list of the behaviour where none were asked for. All of them, so that rules can count. */
  acceptanceCriteria: string[]
  constraints: string[]
  /** Text of the fields that ask for files, components or paths. */
  places: string
  /** Text of the field that asks for files to leave alone. */
  untouched: string
}

/** Labels of forms that are not ours. The first field that fits a label takes its answer. */
const usualLabels: [id: FormFieldId, label: RegExp][] = [
  ['untouched', /^files?.*\b(leave|not|untouched|except|exclude)/i],
  ['criteria', /acceptance|definition of done|done when/i],
  ['behaviour', /\bexpected (behaviou?r|result|outcome)/i],
  ['kind', /^(kind|type)( of (task|change|issue|request))?$|^task type$/i],
  ['constraints', /constraints?\b|out of scope|non-?goals?\b/i],
  ['files', /\b(files?|paths?|components?|packages?|modules?|where)\b/i],
]

/** What the fields with well-known labels say. */
export function formFacts(body: string): FormFacts {
  const answers = new Map<FormFieldId, string[]>()
  for (const { label, answer } of issueFormFields(body)) {
    const id = fieldOf(label)
    if (id !== undefined) answers.set(id, [...(answers.get(id) ?? []), answer])
  }
  const text = (id: FormFieldId) => answers.get(id)?.join('\n\n')
  const [taskType, objective, behaviour] = [taskTypeIn(text('kind')), text('objective'), text('behaviour')]
  return {
    ...(taskType !== undefined && { taskType }),
    ...(objective !== undefined && { objective }),
    ...(behaviour !== undefined && { behaviour }),
    acceptanceCriteria: entries(text('criteria') ?? listIn(behaviour)),
    constraints: entries(text('constraints')),
    places: text('files') ?? '',
    untouched: text('untouched') ?? '',
  }
}

function fieldOf(label: string): FormFieldId | undefined {
  const own = formFields.find((field) => field.label.toLowerCase() === label.toLowerCase())
  return own?.id ?? usualLabels.find(([, pattern]) => pattern.test(label))?.[0]
}

function taskTypeIn(answer: string | undefined): TaskType | undefined {
  if (answer === undefined) return undefined
  const option = Object.entries(kindOptions).find(([, words]) => words.toLowerCase() === answer.toLowerCase())
  return option === undefined ? taskTypeOf([answer]) : (option[0] as TaskType)
}

const listItem = /^\s{0,3}(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/

/** Prose is wrapped, so its lines are no entries. */
function listIn(text: string | undefined): string | undefined {
  return text?.split('\n').some((line) => listItem.test(line)) ? text : undefined
}

/** List items, or else lines, with what is indented or fenced below them. */
function entries(answer = ''): string[] {
  const found: string[] = []
  let fenced = false
  const lines = answer.split('\n')
  const isList = lines.some((line) => listItem.test(line))
  for (const line of lines) {
    const marksFence = /^\s*(```|~~~)/.test(line)
    const begins = !fenced && !marksFence && (isList ? listItem.test(line) : line.trim() !== '')
    if (marksFence) fenced = !fenced
    if (begins || found.length === 0) found.push(line.replace(listItem, ''))
    else found.push(`${found.pop() ?? ''}\n${line}`)
  }
  const isLead = (entry: string, at: number) => isList && at === 0 && /:$/.test(entry)
  return found.map((entry) => entry.trim().slice(0, 1_000)).filter((entry, at) => entry !== '' && !isLead(entry, at))
}

const fence = /^(```|~~~)[\s\S]*?^\1[ \t]*$/gm

/** A heading inside a code block is part of the answer: fences are put aside while the headings are looked for. */
function withoutFences(body: string): string {
  let index = 0
  return body.replace(fence, () => `\u0000${index++}\u0000`)
}

function restore(part: string, body: string): string {
  const fences = body.match(fence) ?? []
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the mark that withoutFences leaves; sanitising has removed it from the text
  return part.replace(/\u0000(\d+)\u0000/g, (_, index: string) => fences[Number(index)] ?? '')
}
