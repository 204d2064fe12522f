import { neutralise } from '../../../src/render/neutralise.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'words that act',
  gain: 'people notified, issues closed and runs started by what a model says',
  async attempt(scene) {
    const said =
      'Thanks @octocat and @acme/owners!\n\nFixes #12, closes acme/tool#3, resolves GH-4 and https://github.com/acme/tool/issues/5.\n\n/draftsmith run\n'
    const shown = scene.defence === 'on' ? neutralise(said) : said
    return acts.test(withoutCode(shown))
  },
})

const acts = /@[a-z]|#\d|GH-\d|https?:\/\/|^\/draftsmith/im
const withoutCode = (text: string) => text.replace(/(`+)[\s\S]*?\1/g, '')
