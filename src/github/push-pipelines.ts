// What would run as soon as a branch is pushed: workflows of the repository, and pipelines of other services that watch it.
import type { GitHubRepository } from './github.ts'
import { runsOnPush } from './workflow-triggers.ts'

const workflows = '.github/workflows'

/** Which branches another service builds stands in its own settings, which nobody can read here; all of them, by default. */
const ofOthers =
  /^(\.(circleci|buildkite|semaphore|teamcity|woodpecker)|\.(travis|drone|cirrus|woodpecker|gitlab-ci|appveyor)\.ya?ml|(appveyor|azure-pipelines|cloudbuild|buildspec|codemagic|bitrise|codefresh|wercker)\.ya?ml|jenkinsfile|netlify\.toml|vercel\.json)$/i

/** Names, each as soon as it is found, so that whoever needs to know of one asks GitHub no further. */
export async function* startedByPush(
  repository: Pick<GitHubRepository, 'listFolder' | 'readFile'>,
  { commit, branch }: { commit: string; branch: string },
): AsyncGenerator<string> {
  for (const name of await repository.listFolder('', commit)) if (ofOthers.test(name)) yield name
  for (const name of await repository.listFolder(workflows, commit)) {
    if (!/\.ya?ml$/.test(name)) continue
    const workflow = await repository.readFile(`${workflows}/${name}`, commit)
    if (workflow !== undefined && runsOnPush(workflow, branch)) yield name
  }
}
