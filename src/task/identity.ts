import { createHash } from 'node:crypto'
import type { TaskIdentity, TaskSource } from './task.ts'

/** GitHub compares owner and name without case, so the keys do, too. */
export function identify(source: TaskSource, title: string, body: string): TaskIdentity {
  switch (source.kind) {
    case 'github_issue': {
      const repositoryKey = gitHubKey(`${source.owner}/${source.repo}`)
      return { repositoryKey, taskKey: `${repositoryKey}#${source.number}` }
    }
    case 'local': {
      const repositoryKey = `local:${source.repository}`
      // A separator that no title contains: title and body cannot trade text.
      const hash = createHash('sha256').update(`${title}\0${body}`).digest('hex').slice(0, 16)
      return { repositoryKey, taskKey: `${repositoryKey}:${hash}` }
    }
  }
}

/** The `repositoryKey` of `owner/repo`. */
export function gitHubKey(repository: string): string {
  return `github:${repository}`.toLowerCase()
}

/** Asking for readiness is a task beside the issue's own, so that neither is in the way of the other. */
export function readinessIdentity({ taskKey, repositoryKey }: TaskIdentity): TaskIdentity {
  return { repositoryKey, taskKey: `${taskKey}:readiness` }
}
