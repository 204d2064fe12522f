// Who knows the code that changed: its owners, then whoever wrote the lines that it touches.
import type { Bench } from '../prepare/bench.ts'
import { ownersOfAll } from '../toolchain/code-owners.ts'
import type { SuggestedReviewer } from './publication.ts'

/** More are never asked; the rest only stands in for those without an account or access. */
const mostSuggested = 8

/** Best first, each once. Tests count for less than the sources: only where nothing else changed. */
export async function suggestReviewers({ workspace, snapshot, isTest }: Bench, treeSha: string) {
  const { files } = await workspace.diff(treeSha)
  const paths = files.map(({ path }) => path)
  const sources = paths.filter((path) => !isTest(path))
  const owners = ownersOfAll(snapshot.owners, paths).map(({ owner }) => suggested(owner))
  const authors = await workspace.blame(sources.length > 0 ? sources : paths, treeSha)
  const all = [...owners, ...authors.map(({ email }) => suggested(email))]
  return [...new Map(all.map((reviewer) => [JSON.stringify(reviewer), reviewer])).values()].slice(0, mostSuggested)
}

/** GitHub gives accounts an address that holds their login. */
function suggested(name: string): SuggestedReviewer {
  const login = /^@(.+)$/.exec(name)?.[1] ?? /^(?:\d+\+)?([A-Za-z0-9-]+)@users\.noreply\.github\.com$/.exec(name)?.[1]
  return login === undefined ? { email: name } : { login }
}
