import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'inherited descriptors',
  gain: 'an open file or socket of ours that was not closed on the way',
  async attempt(scene) {
    const { output } = await scene.run(
      'for fd in /proc/self/fd/*; do case $fd in */[012]) ;; *) timeout 1 cat "$fd" ;; esac; done 2>/dev/null',
    )
    return output.includes(scene.secret)
  },
})
