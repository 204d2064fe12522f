// Branches that say by their name which issue they are for.

/**
 * - `12-double-dashes`  GitHub's own "create a branch" of an issue
 * - `fix/12-dashes`, `copilot/fix-12`, `claude/issue-12-2024`, `issue_12`, `gh-12`  people and other tools
 *
 * A bare number (`release/12`, `v12`) names nothing.
 */
const shapes = [
  (number: number) => new RegExp(`^${number}-[a-z]`, 'i'),
  (number: number) =>
    new RegExp(`(^|[/_-])(issues?|gh|bug|fix(?:es)?|hotfix|feat(?:ure)?)[/_-]#?${number}($|[/_-])`, 'i'),
]

/** Whether a branch was made for the issue of that number. */
export function namesIssue(branch: string, number: number): boolean {
  return shapes.some((shape) => shape(number).test(branch))
}
