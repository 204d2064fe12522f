import { withoutSecrets } from '../../../src/publish/without-secrets.ts'
import { modelCase } from '../support/model-scene.ts'
import { githubToken } from '../support/secrets.ts'

export const attack = modelCase({
  mechanism: 'secrets in texts',
  gain: 'a credential that a command printed, in the pull request',
  async attempt(scene) {
    const token = githubToken()
    const request = {
      title: `fix ${token}`,
      body: `It printed \`${token}\` and postgres://u:${scene.token}@db/x`,
      commitMessage: token,
    }
    const texts = scene.defence === 'on' ? withoutSecrets({ ...nothing, ...request }) : request
    return [texts.title, texts.body, texts.commitMessage].some(
      (text) => text.includes(token) || text.includes(scene.token),
    )
  },
})

const nothing = {
  ...{
    runId: 'r-1',
    form: 'draft' as const,
    verified: true,
    branch: 'b',
    baseBranch: 'main',
    baseCommit: '',
    treeSha: '',
  },
  ...{ changes: [], patch: '', labels: [], reviewers: [] },
}
