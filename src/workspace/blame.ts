// Whose lines these are: e-mail addresses, since git knows no logins.
import type { Git } from './git.ts'

/** Blame walks history, which can be long: this is enough to find who knows a file. */
const mostPaths = 20
const timeoutMs = 15_000

export interface BlameQuestion {
  baseCommit: string
  paths: string[]
  /** Only lines that this tree changes or removes; absent: every line. */
  treeSha?: string
}

/** Authors of the lines at the base commit, most lines first. A path that is not there, or takes too long, counts nothing. */
export async function blameLines(
  git: Git,
  gitDir: string,
  question: BlameQuestion,
): Promise<{ email: string; lines: number }[]> {
  const lines = new Map<string, number>()
  for (const path of question.paths.slice(0, mostPaths)) {
    const ranges = question.treeSha === undefined ? [] : await changedRanges(git, gitDir, question, path)
    if (question.treeSha !== undefined && ranges.length === 0) continue
    for (const email of await authorsOf(git, gitDir, { commit: question.baseCommit, path, ranges })) {
      lines.set(email, (lines.get(email) ?? 0) + 1)
    }
  }
  const authors = [...lines].map(([email, count]) => ({ email, lines: count }))
  return authors.sort((a, b) => b.lines - a.lines || a.email.localeCompare(b.email))
}

/** Line ranges of the base file, in the form that `-L` takes. An insertion counts for the line that it follows. */
async function changedRanges(git: Git, gitDir: string, question: BlameQuestion, path: string): Promise<string[]> {
  const flags = ['-r', '-p', '--unified=0', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color']
  const trees = [question.baseCommit, question.treeSha ?? question.baseCommit]
  const diff = await git.run(['diff-tree', ...flags, ...trees, '--', path], { gitDir })
  return [...diff.toString('latin1').matchAll(/^@@ -(\d+)(?:,(\d+))? /gm)].flatMap(([, start, count]) => {
    const lines = Math.max(Number(count ?? 1), 1)
    return Number(start) === 0 ? [] : [`-L${start},+${lines}`]
  })
}

interface BlameTarget {
  commit: string
  path: string
  ranges: string[]
}

async function authorsOf(git: Git, gitDir: string, { commit, path, ranges }: BlameTarget): Promise<string[]> {
  const args = ['blame', '--line-porcelain', '--no-textconv', ...ranges, commit, '--', path]
  const result = await git.attempt(args, { gitDir, timeoutMs }).catch(() => undefined)
  if (!result?.ok) return []
  return [...result.stdout.toString('utf8').matchAll(/^author-mail <(.*)>$/gm)].map(([, email]) => email ?? '')
}
