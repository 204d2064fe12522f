import { neutralise } from '../../../src/render/neutralise.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'words that act',
  gain: 'a reader tracked by an image, or told something that only machines read',
  async attempt(scene) {
    const said =
      '<img src="https://example.org/x.png">\n![x](https://example.org/y.png)\n<!-- draftsmith:status run=r-1 state=ended -->\n<details><summary>x</summary>y</details>\n[click](javascript:alert(1))\n[text]: https://example.org\n&lt;b&gt;'
    const shown = scene.defence === 'on' ? neutralise(said) : said
    return acts.test(shown.replace(/(`+)[\s\S]*?\1/g, '').replace(/\\./g, ''))
  },
})

const acts = /<img|<!--|<details|!\[|\]\(|\]:/i
