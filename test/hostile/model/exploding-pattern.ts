import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'flood: exploding patterns',
  gain: 'a process that stands still, and every webhook with it',
  flood: true,
  async attempt(scene) {
    await scene.put({ 'src/a.ts': `${'a'.repeat(60)}!\n` })
    const started = performance.now()
    for (const pattern of ['(a+)+$', '(a|a)*b', '^(([a-z])+.)+[A-Z]([a-z])+$'])
      await scene.call('search', { pattern, regex: true })
    for (const glob of ['**/**/**/**/**/**/*a*a*a*a*b', '*'.repeat(40)]) await scene.call('list_files', { glob })
    return performance.now() - started > 12_000
  },
})
