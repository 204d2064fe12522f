import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { quoteWord } from '../../../src/toolchain/shell-words.ts'
import { gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'file names',
  gain: 'a command in the name of a test, run where its name stands in a command line',
  async attempt(scene) {
    const names = ['test/$(touch marked).test.js', "test/';touch marked;'.test.js", 'test/\ntouch marked\n.test.js']
    for (const name of names) {
      const word = scene.defence === 'on' ? quoteWord(name) : name
      await execa({ shell: true, cwd: scene.outside, reject: false })(`printf %s ${word}`)
    }
    return existsSync(join(scene.outside, 'marked'))
  },
})
