import { call, text } from '../../support/scripted-model.ts'
import { loop } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'cut reply',
  gain: 'half a file, written because the rest of the reply was lost',
  async attempt(scene) {
    const content = [call('create_file', { path: 'src/half.ts', content: 'export const half = ' })]
    if (scene.defence === 'on') await loop(scene, [{ content, stopReason: 'max_tokens' }, [text('Stopped.')]])
    else await scene.call('create_file', { path: 'src/half.ts', content: 'export const half = ' })
    return (await scene.text('src/half.ts')) !== undefined
  },
})
