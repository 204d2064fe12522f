// What a run on a URL starts from, by asking the server.
import { isAbsolute } from 'node:path'
import { Fault } from '../errors.ts'
import type { Git } from './git.ts'
import { gitReason } from './git.ts'
import type { LocalDescription } from './local-repositories.ts'
import { transportEnvironment } from './mirror.ts'
import { cloneFailed, repositoryEmpty, unknownBase } from './repository-faults.ts'

export interface UrlQuestion {
  url: string
  base: string | undefined
  env: Record<string, string>
}

export async function describeRemote(git: Git, { url, base, env }: UrlQuestion): Promise<LocalDescription> {
  if (isAbsolute(url)) throw new Fault('defect', 'not_a_url', 'A path is described by describeLocal.')
  const result = await git.attempt(['ls-remote', '--symref', '--', url], {
    env: { ...env, ...transportEnvironment(url) },
    timeoutMs: 60_000,
  })
  if (!result.ok) throw cloneFailed(gitReason(result.stderr))
  const refs = readRefs(result.stdout.toString('utf8'))
  if (refs.commits.size === 0) throw repositoryEmpty()
  const wanted = base ?? 'HEAD'
  const candidates = [wanted, `refs/heads/${wanted}`, `refs/tags/${wanted}^{}`, `refs/tags/${wanted}`]
  const known = candidates.map((name) => refs.commits.get(name)).find((commit) => commit !== undefined)
  const baseCommit = known ?? (/^[0-9a-f]{40}$/.test(wanted) ? wanted : undefined)
  if (baseCommit === undefined) throw unknownBase(wanted)
  return { root: url, baseBranch: base ?? refs.headBranch ?? 'HEAD', baseCommit, uncommitted: [], remoteUrl: url }
}

function readRefs(output: string): { commits: Map<string, string>; headBranch: string | undefined } {
  const [, headBranch] = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(output) ?? []
  const lines = [...output.matchAll(/^([0-9a-f]{40})\t(.+)$/gm)]
  return { headBranch, commits: new Map(lines.map(([, sha = '', name = '']) => [name, sha])) }
}
