/** `agent/issue-12`; a task without a number gets the beginning of its title: `agent/issue-fix-double-dashes`. */
export function branchName(prefix: string, issue: number | string): string {
  return `${prefix}${typeof issue === 'number' ? issue : slug(issue)}`
}

/** The issue's number; undefined when the branch is not one of ours. */
export function parseBranch(prefix: string, branch: string): number | undefined {
  const rest = branch.startsWith(prefix) ? branch.slice(prefix.length) : ''
  return /^[1-9]\d{0,15}$/.test(rest) ? Number(rest) : undefined
}

function slug(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  // A name of digits alone would read as the number of an issue.
  return words === '' || /^\d+$/.test(words) ? `task-${words}`.replace(/-$/, '') : words
}
