import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFileInside } from '../../../src/toolchain/read-inside.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'symbolic link',
  gain: 'a file of the host: what was looked at is a file, and what is read a moment later a link',
  async attempt(scene) {
    const secret = await scene.plant('secret')
    const turn = `ln -sf ${secret} link; mv -f link "$HOME/report"; echo plain > file; mv -f file "$HOME/report"`
    const daemon = `( i=0; while [ $i -lt 1000 ]; do i=$((i+1)); ${turn}; done ) >/dev/null 2>&1 &`
    await scene.run(`${daemon} until [ -e "$HOME/report" ]; do sleep 0.01; done`)
    const look = () =>
      scene.defence === 'on'
        ? readFileInside(scene.home, '.', 'report')
        : readFile(join(scene.home, 'report'), 'utf8').catch(() => undefined)
    for (let looks = 0; looks < 300; looks += 1) {
      if ((await look()) === scene.token) return true
      await sleep(1)
    }
    return false
  },
})
