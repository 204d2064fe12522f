import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'process memory',
  gain: 'the App key and tokens, which live in memory only',
  async attempt(scene) {
    const { output } = await scene.run(await scene.python(scanStacks))
    return output.includes(scene.secret)
  },
})

/** The environment stands at the end of the first stack. */
const scanStacks = `
import os, re
for pid in filter(str.isdigit, os.listdir('/proc')):
    if int(pid) == os.getpid(): continue
    try:
        with open(f'/proc/{pid}/maps') as maps, open(f'/proc/{pid}/mem', 'rb', 0) as memory:
            for line in maps:
                if '[stack]' not in line: continue
                start, end = (int(part, 16) for part in line.split()[0].split('-'))
                memory.seek(start)
                print(re.findall(rb'HOSTILE-[0-9a-f]{24}', memory.read(end - start)))
    except OSError as error:
        print(pid, error)
`
