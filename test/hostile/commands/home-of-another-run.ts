import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'files of other runs',
  gain: 'what the package clients of another run keep in their home',
  async attempt(scene) {
    await scene.plant('runs/r-2/home/.npmrc')
    const { output } = await scene.run(
      'cat "$HOME"/../../r-2/home/.npmrc; find "$HOME"/.. /tmp /work -path "*r-2/home*" -name .npmrc -exec cat {} + 2>/dev/null',
    )
    return output.includes(scene.token)
  },
})
