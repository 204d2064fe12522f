// A real Podman with settings, a store and an image of its own, so that nothing of the machine's own containers is met.
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Podman {
  /** Environment in which its client finds it. */
  hostEnv: { PATH: string; HOME: string; CONTAINERS_CONF: string; CONTAINERS_STORAGE_CONF: string }
  /** What its client prints; rejects when it fails. */
  ask(...args: string[]): Promise<string>
  /** An image with these programs of the machine in its `/usr/bin`. */
  makeImage(name: string, programs: string[]): Promise<void>
  close(): Promise<void>
}

/** What has to be there; `runc` where the kernel's mixed cgroups are none for `crun`. */
export const podmanPrograms = ['podman', 'runc', 'conmon']

export async function startPodman(): Promise<Podman> {
  const root = await mkdtemp(join(tmpdir(), 'draftsmith-podman-'))
  const [settings, storage] = [join(root, 'containers.conf'), join(root, 'storage.conf')]
  await Promise.all([writeFile(settings, engineSettings(root)), writeFile(storage, storeSettings(root))])
  const hostEnv = {
    ...{ PATH: process.env.PATH ?? '', HOME: root },
    ...{ CONTAINERS_CONF: settings, CONTAINERS_STORAGE_CONF: storage },
  }
  const ask = async (...args: string[]) => (await run('podman', args, { env: hostEnv })).stdout
  return {
    hostEnv,
    ask,
    makeImage: (image, programs) => importImage({ hostEnv, image, programs, archive: join(root, 'image.tar') }),
    async close() {
      // Also unmounts the store, which could not be deleted before.
      await ask('system', 'reset', '--force')
      await rm(root, { recursive: true, force: true })
    },
  }
}

/**
 * Without systemd, and with nothing in common with the machine's own engine: what is reset at the end is ours. No rlimit
 * above 1024 and 4096, since not every machine lets root raise those that it has.
 */
function engineSettings(root: string): string {
  return `[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
tmp_dir = "${root}/tmp"
[network]
network_config_dir = "${root}/networks"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
`
}

function storeSettings(root: string): string {
  return `[storage]\ndriver = "overlay"\ngraphroot = "${root}/store"\nrunroot = "${root}/run"\n`
}

/** What a program needs beside the libraries that it is linked with. */
const belongings: Record<string, string> = {
  python3: '/usr/lib/python3.*',
  perl: '/usr/lib/*/perl-base',
  git: '/usr/share/git-core',
}

interface ImageParts {
  hostEnv: Podman['hostEnv']
  image: string
  programs: string[]
  /** Written and removed again. */
  archive: string
}

/** One archive of the programs at their own places; `sh` is Debian's, and `node` the one that runs these tests. */
async function importImage({ hostEnv, image, programs, archive }: ImageParts): Promise<void> {
  const files = programs.map((program) => (program === 'node' ? process.execPath : `/usr/bin/${program}`))
  const libraries = await Promise.all(files.map(librariesOf))
  const folders = programs.flatMap((program) => globSync(belongings[program] ?? []))
  const names = ['s,^usr/bin/dash$,bin/sh,', `s,^${process.execPath.slice(1)}$,usr/bin/node,`]
  await run('tar', [
    ...['--create', '--file', archive, '--dereference', '--directory', '/'],
    ...['--exclude=__pycache__', '--exclude=test', '--exclude=config-3*'],
    ...names.map((rule) => `--transform=${rule}`),
    ...new Set(['/usr/bin/dash', ...files, ...libraries.flat(), ...folders].map((path) => path.slice(1))),
  ])
  await run('podman', ['import', '--quiet', archive, image], { env: hostEnv })
  await rm(archive)
}

/** Absolute. A script has none. */
async function librariesOf(file: string): Promise<string[]> {
  const { stdout } = await run('ldd', [file]).catch(() => ({ stdout: '' }))
  return stdout.match(/\/\S+(?= \(0x)/g) ?? []
}
