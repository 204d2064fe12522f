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
    const wanted = wantedInstead(issue)
    return {
      variable,
      problem: wanted === undefined ? issue.message : `is \`${given[variable]}\`, and must be ${wanted}`,
      mend: `Correct it, or remove it to use the default; .env.example explains each variable.`,
    }
  })
}

/** Of numbers and choices, which are no secrets. Others have words of their own beside their form. */
function wantedInstead(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`
  if (issue.code === 'too_small' && issue.origin !== 'string')
    return `${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`
  if (issue.code === 'too_big' && issue.origin !== 'string') return `at most ${issue.maximum}`
  if (issue.code !== 'invalid_type') return undefined
  // What an operator wrote became NaN on its way to a number, and NaN is what the library would name.
  if (issue.expected === 'number') return 'a number'
  return issue.expected === 'int' ? 'a whole number' : undefined
}
