import { policyCase, stalls } from '../support/policy-scene.ts'

export const attack = policyCase({
  mechanism: 'flood: nesting',
  gain: 'a parser that recurses until it ends, or never',
  flood: true,
  async attempt(scene) {
    const texts = [
      '['.repeat(60_000),
      '{a: '.repeat(15_000),
      '- '.repeat(30_000),
      '? '.repeat(30_000),
      Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ]
    return stalls(() => texts.map((text) => scene.read(text)))
  },
})
