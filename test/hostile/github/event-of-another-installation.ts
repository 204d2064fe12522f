import { appOn } from '../../github/fixture.ts'
import { send } from '../../intake/listening.ts'
import { forged } from '../support/events.ts'
import { githubCase } from '../support/github-scene.ts'
import { passes } from '../support/hostile-case.ts'

export const attack = githubCase({
  mechanism: 'other installations',
  gain: 'work on a repository with the rights of an installation that does not hold it',
  async attempt(scene) {
    const event = JSON.parse(forged(scene))
    await send(scene.url, JSON.stringify({ ...event, installation: { id: 999_999 } }))
    await scene.settled()
    if (scene.defence === 'off') return scene.goesOn()
    const elsewhere = appOn(scene.github).repository(999_999, 'acme', scene.name)
    return passes(() => elsewhere.facts())
  },
})
