import { realpathSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('stand-in-engine.py', import.meta.url))

export const podmanInfo = {
  host: { cgroupControllers: ['cpu', 'memory', 'pids'], security: { rootless: true, seccompEnabled: true } },
}
export const dockerInfo = {
  ...{ MemoryLimit: true, PidsLimit: true, CpuCfsQuota: true },
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
}

export interface StandInEngine {
  /** Environment in which the engine, and nothing else of that kind, is on PATH. */
  hostEnv: { PATH: string; HOME: string }
  /** What its client was asked, in order. */
  calls(): Promise<string[][]>
  /** Puts a file into its state. */
  set(name: string, text: string): Promise<void>
  /** Takes it out again. */
  unset(name: string): Promise<void>
  /** Names of containers that are there. */
  containers(): Promise<string[]>
  /** An image whose PATH holds these programs of the machine and nothing else. */
  makeImage(name: string, programs: string[]): Promise<void>
  close(): Promise<void>
}

/** See stand-in-engine.py. */
export async function startStandInEngine(name: 'docker' | 'podman', info: unknown): Promise<StandInEngine> {
  const root = await mkdtemp(join(tmpdir(), 'draftsmith-engine-'))
  const [bin, state] = [join(root, 'bin'), join(root, 'state')]
  await Promise.all([mkdir(bin), mkdir(join(state, 'containers'), { recursive: true })])
  await writeFile(join(state, 'info.json'), JSON.stringify(info))
  await writeFile(
    join(bin, name),
    `#!/bin/sh\nOUR_NODE=${realpathSync(process.execPath)} exec /usr/bin/python3 ${program} ${state} "$@"\n`,
  )
  await chmod(join(bin, name), 0o755)
  return {
    hostEnv: { PATH: bin, HOME: root },
    calls: async () => {
      const text = await readFile(join(state, 'calls'), 'utf8').catch(() => '')
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as string[]]))
    },
    set: (file, text) => writeFile(join(state, file), text),
    unset: (file) => rm(join(state, file), { recursive: true }),
    containers: () => readdir(join(state, 'containers')),
    async makeImage(image, programs) {
      const folder = join(state, 'images', image, 'bin')
      await mkdir(folder, { recursive: true })
      await Promise.all(
        programs.map((each) =>
          symlink(each === 'node' ? '/image/node/node' : join('/usr/bin', each), join(folder, each)),
        ),
      )
    },
    close: () => rm(root, { recursive: true, force: true }),
  }
}
