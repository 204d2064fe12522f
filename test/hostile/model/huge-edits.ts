import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'flood: huge edits',
  gain: 'a disk, and a reviewer, buried in text',
  flood: true,
  async attempt(scene) {
    const content = 'x'.repeat(1024).concat('\n').repeat(5_000)
    const answer = await scene.call('create_file', { path: 'src/huge.ts', content })
    return answer.startsWith('Created')
  },
})
