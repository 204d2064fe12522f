import { modelCase } from '../support/model-scene.ts'
import { githubToken } from '../support/secrets.ts'

export const attack = modelCase({
  mechanism: 'secrets, split',
  gain: 'the same, put together where it is used',
  async attempt(scene) {
    const token = githubToken()
    const [a, b, c] = [token.slice(0, 4), token.slice(4, 20), token.slice(20)]
    const files = {
      'src/a.ts': `export const key = '${a}' + '${b}' + '${c}'\n`,
      'src/b.ts': `export const key = ['${a}', '${b}', '${c}'].join('')\n`,
      'src/c.py': `key = ("${a}"\n       "${b}"\n       "${c}")\n`,
      'src/d.ts': `export const key = '${a}' +\n  '${b}' +\n  '${c}'\n`,
      'src/e.php': `<?php $key = '${a}' . '${b}' . '${c}';\n`,
      'src/f.sh': `KEY=${a}\\\n${b}\\\n${c}\n`,
    }
    return (await scene.written(files)).length > 0
  },
})
