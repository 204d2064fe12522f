import { call } from '../../support/scripted-model.ts'
import { loop } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'flood: budget',
  gain: 'more spent than the run may',
  flood: true,
  async attempt(scene) {
    const usage = { inputTokens: 90_000, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 1_000 }
    const replies = Array.from({ length: 20 }, (_, index) => ({
      content: [call('list_files', { glob: `${index}` })],
      usage,
    }))
    const { spent } = await loop(scene, replies)
    return spent > 200_000
  },
})
