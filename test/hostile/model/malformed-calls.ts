import { call, text } from '../../support/scripted-model.ts'
import { passes } from '../support/hostile-case.ts'
import { loop } from '../support/loops.ts'
import { modelCase } from '../support/model-scene.ts'

export const attack = modelCase({
  mechanism: 'malformed reply',
  gain: 'a worker that ends by an error, again and again',
  async attempt(scene) {
    const inputs: unknown[] = [
      null,
      'text',
      7,
      [],
      { path: 7 },
      { path: 'a.ts', content: { toString: 1 } },
      { path: ['..'], content: 'x' },
      JSON.parse('{"__proto__":{"path":"x"},"path":"a.ts"}'),
    ]
    if (scene.defence === 'off') return !(await passes(() => createObedient(inputs)))
    const calls = [
      ...inputs.map((input) => call('create_file', input)),
      call('no_such_tool', {}),
      call('__proto__', {}),
      call('constructor', {}),
    ]
    return !(await passes(() => loop(scene, [calls, [text('Done.')]])))
  },
})

/** Tools that believe the shape of what they are sent. */
function createObedient(inputs: unknown[]): number[] {
  return inputs.map((input) => (input as { path: string }).path.length)
}
