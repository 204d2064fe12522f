// What is wrong with an environment, each with its mend.
import type { z } from 'zod'

export interface ConfigProblem {
  variable: string
  problem: string
  mend: string
}

/** All problems at once, each with its mend below it, for somebody who sits at a terminal. */
export function describeProblems(problems: ConfigProblem[]): string {
  const lines = problems.map(({ variable, problem, mend }) => `  ${variable} ${problem}\n    ${mend}`)
  return `The configuration cannot be used:\n${lines.join('\n')}`
}

export function invalidValues(error: z.ZodError, given: Record<string, unknown>): ConfigProblem[] {
  return error.issues.map((issue) => {
    const variable = issue.path.join('.')
    return {
      variable,
      problem: isNoNumber(issue) ? `is \`${given[variable]}\`, and must be a number` : issue.message,
      mend: `Correct it, or remove it to use the default; .env.example explains each variable.`,
    }
  })
}

/** What an operator wrote became NaN on its way to a number, and NaN is what the library would name. */
function isNoNumber(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'number' && Number.isNaN(issue.input ?? Number.NaN)
}
