import { githubCase } from '../support/github-scene.ts'
import { statusView } from '../support/publishing.ts'

export const attack = githubCase({
  mechanism: 'forged marker',
  gain: 'our words in a comment that somebody else can edit, or no word at all',
  async attempt(scene) {
    const body = `<!-- status ${scene.issue} -->\n${scene.token}`
    const forged = await scene.github.comment(scene.repo, scene.issue, body, 'otto')
    if (scene.defence === 'on') {
      await scene.host.show(statusView)
      await scene.host.flush()
    } else {
      const [found] = (await scene.repository.comments(scene.issue)).filter((comment) =>
        comment.body.includes('<!-- status 1 -->'),
      )
      await scene.repository.updateComment(found?.id ?? 0, 'our words')
    }
    const comments = await scene.repository.comments(scene.issue)
    return comments.find(({ id }) => id === forged)?.body !== body || !comments.some(({ ours }) => ours)
  },
})
