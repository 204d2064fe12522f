import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'background daemon',
  gain: 'a process that goes on after the check, through every later one',
  async attempt(scene) {
    await scene.run(await scene.python(daemon))
    await sleep(300)
    const before = await readFile(join(scene.tree, 'beat'), 'utf8').catch(() => '')
    await sleep(300)
    return (await readFile(join(scene.tree, 'beat'), 'utf8').catch(() => '')) !== before
  },
})

/** Forked twice, in a session of its own, with an empty environment and closed streams. */
const daemon = `
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(64):
            try: os.close(fd)
            except OSError: pass
        os.execve('/bin/sh', ['sh', '-c', 'i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo $i > beat; sleep 0.05; done'], {})
    os._exit(0)
os.wait()
while not os.path.exists('beat'): time.sleep(0.01)
`
