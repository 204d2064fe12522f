import type { TaskContract, TaskType } from '../task/contract.ts'
import { plain } from './neutralise.ts'

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
  /** Subjects of recent commits; where most are conventional commits, the title is one, too. */
  history?: string[]
}

/** What is true afterwards, in one line of plain text that neither notifies nor closes anything. */
export function pullRequestTitle(
  contract: TaskContract,
  issue: { number?: number; title: string },
  { template = '{title}', history = [] }: TitleOptions = {},
): string {
  const type = conventionalTypes[contract.taskType]
  const words = bestWords(contract.objective, issue.title)
  const subject = isConventional(history) ? `${type}: ${lowerFirst(words)}` : words
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

function isConventional(history: string[]): boolean {
  const matching = history.filter((subject) => /^[a-z]+(\([^)]+\))?!?: \S/.test(subject)).length
  return history.length >= 3 && matching > history.length / 2
}

/** `Slugs keep …` becomes `slugs keep …`; `HTTP …` and `fooBar …` stay. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*\b/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
