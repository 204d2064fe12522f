import { setTimeout as sleep } from 'node:timers/promises'
import { processCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'signals',
  gain: 'an end of the service, or of another run',
  async attempt(scene) {
    const victim = await processCanary(scene)
    await scene.run(
      `for p in /proc/[0-9]*; do if grep -q ${scene.token} $p/cmdline 2>/dev/null && ! grep -q attack $p/comm; then kill -9 "\${p#/proc/}"; fi; done; kill -9 ${victim.pid}`,
    )
    await sleep(100)
    return victim.signalCode !== null
  },
})
