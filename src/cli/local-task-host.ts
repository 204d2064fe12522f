// A clone on this machine, or an address to clone from, as the place a task comes from; a branch or a patch as its result.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Publication, PublishRequest } from '../publish/publication.ts'
import { withoutSecrets } from '../publish/without-secrets.ts'
import type { StatusView } from '../render/status-view.ts'
import type { BaseFacts, Inspection, TaskHost } from '../task/task-host.ts'
import { type LocalBase, resultFiles } from './local-base.ts'

export interface LocalTaskHostOptions {
  base: LocalBase
  /** Absolute folder for the report and the patch of this run. */
  results: string
  show(view: StatusView): void
  /** Puts the change on a branch of the user's repository; absent where there is none on this machine. */
  keepBranch?: (request: PublishRequest) => Promise<string>
}

export function createLocalTaskHost({ base, results, show, keepBranch }: LocalTaskHostOptions): TaskHost {
  return {
    inspect: async () => inspectionOf(base),
    cloneSource: async () => ({ url: base.repository, env: {}, revoke: async () => {} }),
    show: async (view) => show(view),
    flush: async () => {},
    publish: (request) => leave(withoutSecrets(request), { results, keepBranch }),
  }
}

function inspectionOf({ repository, baseBranch, baseCommit, policyText, notes }: LocalBase): Inspection {
  const facts: BaseFacts = {
    repository,
    baseBranch,
    baseCommit,
    policyText,
    notes,
    repositoryBytes: 0,
    openPullRequests: [],
    workflowsRunOnPush: false,
  }
  return { kind: 'ready', facts }
}

async function leave(
  request: PublishRequest,
  { results, keepBranch }: Pick<LocalTaskHostOptions, 'results' | 'keepBranch'>,
): Promise<Publication> {
  await mkdir(results, { recursive: true })
  const patchFile = join(results, resultFiles.patch)
  await writeFile(join(results, resultFiles.report), `# ${request.title}\n\n${request.body}\n`)
  await writeFile(patchFile, request.patch)
  if (request.form === 'patch' || keepBranch === undefined) return { form: 'patch', patchFile, notes: [] }
  const commitSha = await keepBranch(request)
  return { form: 'branch', branch: request.branch, commitSha, patchFile, notes: [] }
}
