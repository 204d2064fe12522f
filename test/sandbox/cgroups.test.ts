import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findCgroups } from '../../src/sandbox/cgroups.ts'

const limits = {
  ...{
    deadlineMs: 1000,
    memoryBytes: 4096 * 1000,
    processes: 12,
    cpus: 1.5,
    fileBytes: 1,
    diskBytes: 4 * 1024 ** 3,
    openFiles: 1,
  },
}

// The kernel's folders, laid out as files: cgroup v2 cannot be switched on where a machine uses v1. What the kernel does
// with the numbers is tested by the sandbox's contract, on the version that the machine has.
describe('cgroups', () => {
  let root: string
  let proc: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'draftsmith-cgroup-test-'))
    proc = join(root, 'proc')
    await mkdir(proc)
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  it('of version 2 are made below our own, with the controllers that are switched on', async () => {
    const own = await layOutVersion2('/user/service', 'memory pids cpu')
    const cgroups = findCgroups(proc)
    expect(cgroups.held).toEqual({ memory: 'cgroup v2', processes: 'cgroup v2', cpus: 'cgroup v2' })
    const group = cgroups.create(limits)
    const [name = ''] = (await readdir(own)).filter((each) => each.startsWith('draftsmith-'))
    const read = (file: string) => readFile(join(own, name, file), 'utf8')
    expect(await Promise.all(['memory.max', 'memory.swap.max', 'pids.max', 'cpu.max', 'cpu.weight'].map(read))).toEqual(
      [...['4096000', '0', '12', '150000 100000', '13']],
    )
    expect(group.joinFiles).toEqual([join(own, name, 'cgroup.procs')])
  })

  it('of version 2 tell which limit was met', async () => {
    const own = await layOutVersion2('/', 'memory pids cpu')
    const group = findCgroups(proc).create(limits)
    const [name = ''] = (await readdir(own)).filter((each) => each.startsWith('draftsmith-'))
    expect(group.reached()).toBeUndefined()
    await writeFile(join(own, name, 'pids.events'), 'max 3\n')
    expect(group.reached()).toBe('processes')
    await writeFile(join(own, name, 'memory.events'), 'low 0\noom 1\noom_kill 1\noom_group_kill 1\n')
    expect(group.reached()).toBe('memory')
  })

  it('of version 1 are one a controller, each below our own', async () => {
    const folders = ['memory', 'cpu,cpuacct'].map((name) => join(root, name))
    await Promise.all(folders.map((folder) => mkdir(join(folder, 'mine'), { recursive: true })))
    await writeFile(
      join(proc, 'mountinfo'),
      `1 0 0:1 / ${folders[0]} rw - cgroup cgroup rw,memory\n2 0 0:2 / ${folders[1]} rw - cgroup cgroup rw,cpu,cpuacct\n`,
    )
    await writeFile(join(proc, 'cgroup'), '3:memory:/mine\n2:cpu,cpuacct:/mine\n1:name=systemd:/\n0::/\n')
    const cgroups = findCgroups(proc)
    expect(cgroups.held).toEqual({ memory: 'cgroup v1', cpus: 'cgroup v1' })
    const [memory = '', cpu = ''] = cgroups.create(limits).joinFiles.map((file) => join(file, '..'))
    expect(memory.startsWith(join(folders[0] ?? '', 'mine', 'draftsmith-'))).toBe(true)
    expect(await readFile(join(memory, 'memory.limit_in_bytes'), 'utf8')).toBe('4096000')
    expect(await readFile(join(cpu, 'cpu.cfs_quota_us'), 'utf8')).toBe('150000')
    expect(await readFile(join(cpu, 'cpu.shares'), 'utf8')).toBe('128')
  })

  it('of a process that has died are removed, those of one that lives are kept', async () => {
    const own = await layOutVersion2('/', 'memory pids')
    await Promise.all(
      ['draftsmith-99999999-4', `draftsmith-${process.pid}-99999`, 'other'].map((name) => mkdir(join(own, name))),
    )
    findCgroups(proc)
    expect((await readdir(own)).filter((name) => !name.startsWith('cgroup.')).sort()).toEqual(
      [`draftsmith-${process.pid}-99999`, 'other'].sort(),
    )
  })

  it('are none where there is no hierarchy', async () => {
    expect(findCgroups(proc).held).toEqual({})
    expect(findCgroups(proc).create(limits).joinFiles).toEqual([])
  })

  async function layOutVersion2(path: string, controllers: string): Promise<string> {
    const own = join(root, 'unified', path)
    await mkdir(own, { recursive: true })
    await writeFile(join(proc, 'mountinfo'), `1 0 0:1 / ${join(root, 'unified')} rw - cgroup2 cgroup rw,nsdelegate\n`)
    await writeFile(join(proc, 'cgroup'), `0::${path}\n`)
    await writeFile(join(own, 'cgroup.controllers'), controllers)
    await writeFile(join(own, 'cgroup.subtree_control'), controllers)
    return own
  }
})
