import { processCanary } from '../support/canaries.ts'
import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'ptrace',
  gain: 'control over a process of the service',
  async attempt(scene) {
    const victim = await processCanary(scene)
    const { output } = await scene.run(await scene.python(attach, victim.pid ?? 0))
    return output.includes('attached')
  },
})

const attach = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for pid in {int(sys.argv[1]), *(int(name) for name in os.listdir('/proc') if name.isdigit())} - {os.getpid(), os.getppid()}:
    if b'TOKEN-' not in open(f'/proc/{pid}/cmdline', 'rb').read() if os.path.exists(f'/proc/{pid}/cmdline') else True: continue
    if libc.ptrace(16, pid, 0, 0) == 0:
        print('attached')
        libc.ptrace(17, pid, 0, 0)
`
