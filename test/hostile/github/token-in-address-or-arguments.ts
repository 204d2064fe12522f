import { execa } from 'execa'
import { type GitHubScene, githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'tokens',
  gain: 'a token in a process list, a log or a configuration file',
  async attempt(scene) {
    const { url, env } = scene.defence === 'on' ? await scene.repository.cloneSource() : await naiveSource(scene)
    const { stderr } = await execa('git', ['ls-remote', '--', url], {
      env: { ...env, GIT_TRACE: '1', GIT_TRACE_SETUP: '1' },
      reject: false,
    })
    const tokens = scene.github.tokens().map(({ token }) => token)
    return tokens.some((token) => url.includes(token) || stderr.includes(token))
  },
})

async function naiveSource({ github, repo }: Pick<GitHubScene, 'github' | 'repo'>) {
  const token = await github.installationToken(github.installations.find(({ account }) => account === 'acme')?.id ?? 0)
  return { url: github.cloneUrl(repo).replace('://', `://x-access-token:${token}@`), env: {} }
}
