import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'files of other runs',
  gain: 'source code of another customer, and a way to change it',
  async attempt(scene) {
    const file = await scene.plant('runs/r-2/tree/secret.txt')
    const { output } = await scene.run(`cat ${file} ../../r-2/tree/secret.txt; cat $PWD/../../r-2/tree/secret.txt`)
    return output.includes(scene.token)
  },
})
