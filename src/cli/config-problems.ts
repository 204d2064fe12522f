// What is wrong with the environment, for somebody who sits at a terminal.
import type { ConfigProblem } from '../config.ts'

/** All problems at once, each with its mend below it. */
export function describeProblems(problems: ConfigProblem[]): string {
  const lines = problems.map(({ variable, problem, mend }) => `  ${variable} ${problem}\n    ${mend}`)
  return `The configuration cannot be used:\n${lines.join('\n')}`
}
