import type { TaskContract, TaskType } from '../task/contract.ts'
import { plain } from './neutralise.ts'
import { titleConvention } from './title-convention.ts'

const maxTitle = 72

const conventionalTypes: Record<TaskType, string> = {
  bug_fix: 'fix',
  feature: 'feat',
  refactor: 'refactor',
  documentation: 'docs',
  migration: 'refactor',
  dependency_upgrade: 'build',
  test: 'test',
}

export interface TitleOptions {
  /** `pullRequest.title` of the policy: `{title}`, `{type}` and `{issue}` are replaced. */
  template?: string
  /** Subjects of recent commits; the title begins as most of them do. */
  history?: string[]
  /** Files that change, the most important first. */
  paths?: string[]
}

/** What is true afterwards, in one line of plain text that neither notifies nor closes anything. */
export function pullRequestTitle(
  contract: TaskContract,
  issue: { number?: number; title: string },
  { template = '{title}', history = [], paths = [] }: TitleOptions = {},
): string {
  const type = conventionalTypes[contract.taskType]
  const words = bestWords(contract.objective, issue.title)
  const convention = titleConvention(history)
  const prefix = convention?.prefix({ type, paths }) ?? ''
  const subject = `${prefix}${prefix !== '' && convention?.lowercase ? lowerFirst(words) : words}`
  const values: Record<string, string> = {
    title: subject,
    type,
    issue: issue.number === undefined ? '' : String(issue.number),
  }
  return plain(
    template.replace(/\{(title|type|issue)\}/g, (_, name: string) => values[name] ?? ''),
    100,
  )
}

/** The objective says the outcome; the issue's own title is the shorter second choice. */
function bestWords(objective: string, issueTitle: string): string {
  const tidy = (text: string) => plain(text, 1_000).replace(/[.\s]+$/, '')
  const [outcome, asked] = [tidy(objective), tidy(issueTitle)]
  if (outcome.length <= maxTitle) return outcome
  if (asked !== '' && asked.length <= maxTitle) return asked
  return `${outcome.slice(0, maxTitle - 1).replace(/\s+\S*$/, '')}…`
}

/** `Slugs keep …` becomes `slugs keep …`; `HTTP …` and `fooBar …` stay. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*\b/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
