// Kernel limits for one command: a cgroup below our own, so that the limits somebody set on us hold for it as well.
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceLimits } from './sandbox.ts'

export type CgroupLimit = 'memory' | 'processes' | 'cpus'

export interface Cgroups {
  /** What holds each limit; one that is absent is not held by a cgroup. */
  readonly held: Partial<Record<CgroupLimit, 'cgroup v1' | 'cgroup v2'>>
  /** Throws what the file system says. */
  create(limits: ResourceLimits): Cgroup
}

export interface Cgroup {
  /** A process joins by writing its id into each. */
  readonly joinFiles: string[]
  pids(): number[]
  /** The limit at which the kernel refused or killed something. */
  reached(): 'memory' | 'processes' | undefined
  /** After the last process has gone. */
  remove(): Promise<void>
}

/** A place where we may make cgroups, and the limits it can hold. */
interface Slot {
  version: 'cgroup v1' | 'cgroup v2'
  folder: string
  limits: CgroupLimit[]
}

const controllerOf: Record<CgroupLimit, string> = { memory: 'memory', processes: 'pids', cpus: 'cpu' }
const limitNames = Object.keys(controllerOf) as CgroupLimit[]
const cpuPeriodUs = 100_000
/** A command's share of busy processors, against one of ours: a suite must not keep a webhook waiting. 1024 and 100 are the kernel's defaults. */
const givesWay = 8
let created = 0

/** `proc` is where the kernel tells about this process. */
export function findCgroups(proc = '/proc/self'): Cgroups {
  const slots = findSlots(proc)
  for (const slot of slots) removeAbandoned(slot.folder)
  const held: Cgroups['held'] = {}
  for (const slot of slots) for (const limit of slot.limits) held[limit] = slot.version
  return { held, create: (limits) => createCgroup(slots, limits) }
}

function findSlots(proc: string): Slot[] {
  const mounts = readMounts(proc)
  const slots: Slot[] = []
  for (const line of readLines(join(proc, 'cgroup'))) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    const mount = mounts.find((each) => (controllers === '' ? each.unified : each.controllers.includes(controllers)))
    if (mount === undefined) continue
    const own = join(mount.point, relative(mount.root, path))
    const slot = controllers === '' ? unifiedSlot(own) : legacySlot(own, controllers.split(','))
    if (slot !== undefined) slots.push(slot)
  }
  return slots
}

function readMounts(proc: string): { root: string; point: string; unified: boolean; controllers: string[] }[] {
  return readLines(join(proc, 'mountinfo')).flatMap((line) => {
    const [mount = '', filesystem = ''] = line.split(' - ')
    const [, , , root = '/', point = '/'] = mount.split(' ')
    const [type = '', , options = ''] = filesystem.split(' ')
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    // A hierarchy is named in /proc/self/cgroup by its controllers together: `cpu,cpuacct`.
    const names = options.split(',').filter((option) => option !== 'rw' && option !== 'ro')
    return [{ root, point, unified: type === 'cgroup2', controllers: [names.join(','), ...names] }]
  })
}

function legacySlot(folder: string, controllers: string[]): Slot | undefined {
  const limits = limitNames.filter((limit) => controllers.includes(controllerOf[limit]))
  return limits.length > 0 && canMakeIn(folder) ? { version: 'cgroup v1', folder, limits } : undefined
}

/** cgroup v2 gives controllers to children only where they are switched on, which a group with processes of its own refuses. */
function unifiedSlot(folder: string): Slot | undefined {
  const usable = [folder, ...delegatedParent(folder)].find((each) => canMakeIn(each) && switchOn(each).length > 0)
  return usable === undefined ? undefined : { version: 'cgroup v2', folder: usable, limits: switchOn(usable) }
}

/** Only an unprivileged user's write access says that the parent was delegated; root may write everywhere. */
function delegatedParent(folder: string): string[] {
  return process.getuid?.() === 0 ? [] : [join(folder, '..')]
}

function switchOn(folder: string): CgroupLimit[] {
  const control = join(folder, 'cgroup.subtree_control')
  const offered = readWords(join(folder, 'cgroup.controllers'))
  const already = readWords(control)
  for (const controller of Object.values(controllerOf)) {
    if (!offered.includes(controller) || already.includes(controller)) continue
    attempt(() => writeFileSync(control, `+${controller}`))
  }
  const on = readWords(control)
  return limitNames.filter((limit) => on.includes(controllerOf[limit]))
}

/** Tries it: a read-only mount and a missing permission look the same from outside. */
function canMakeIn(folder: string): boolean {
  const trial = join(folder, `draftsmith-${process.pid}-trial`)
  return attempt(() => {
    accessSync(folder, constants.X_OK)
    mkdirSync(trial)
    rmdirSync(trial)
  })
}

/** Groups of a process that was killed; their commands died with it. */
function removeAbandoned(folder: string): void {
  for (const name of attemptValue(() => readdirSync(folder)) ?? []) {
    const pid = /^draftsmith-(\d+)-\w+$/.exec(name)?.[1]
    if (pid === undefined || attempt(() => accessSync(`/proc/${pid}`))) continue
    attempt(() => rmdirSync(join(folder, name)))
  }
}

function createCgroup(slots: Slot[], limits: ResourceLimits): Cgroup {
  const name = `draftsmith-${process.pid}-${created++}`
  const groups: { folder: string; slot: Slot }[] = []
  try {
    for (const slot of slots) {
      const folder = join(slot.folder, name)
      mkdirSync(folder)
      groups.push({ folder, slot })
      for (const limit of slot.limits) setLimit[slot.version][limit](folder, limits)
    }
  } catch (error) {
    for (const { folder } of groups) attempt(() => rmdirSync(folder))
    throw error
  }
  return {
    joinFiles: groups.map(({ folder }) => join(folder, 'cgroup.procs')),
    pids: () => [...new Set(groups.flatMap(({ folder }) => readWords(join(folder, 'cgroup.procs')).map(Number)))],
    reached: () => groups.map(({ folder, slot }) => reached[slot.version](folder)).find((limit) => limit !== undefined),
    async remove() {
      for (const { folder } of groups) await removeFolder(folder)
    },
  }
}

const setLimit: Record<Slot['version'], Record<CgroupLimit, (folder: string, limits: ResourceLimits) => void>> = {
  'cgroup v1': {
    memory(folder, { memoryBytes }) {
      set(folder, 'memory.limit_in_bytes', memoryBytes)
      // Without it a command would swap where it should end; absent where the kernel does not count swap.
      attempt(() => set(folder, 'memory.memsw.limit_in_bytes', memoryBytes))
    },
    processes: (folder, { processes }) => set(folder, 'pids.max', processes),
    cpus(folder, { cpus }) {
      set(folder, 'cpu.cfs_period_us', cpuPeriodUs)
      set(folder, 'cpu.cfs_quota_us', Math.round(cpus * cpuPeriodUs))
      attempt(() => set(folder, 'cpu.shares', 1024 / givesWay))
    },
  },
  'cgroup v2': {
    memory(folder, { memoryBytes }) {
      set(folder, 'memory.max', memoryBytes)
      attempt(() => set(folder, 'memory.swap.max', 0))
      attempt(() => set(folder, 'memory.oom.group', 1))
    },
    processes: (folder, { processes }) => set(folder, 'pids.max', processes),
    cpus(folder, { cpus }) {
      set(folder, 'cpu.max', `${Math.round(cpus * cpuPeriodUs)} ${cpuPeriodUs}`)
      attempt(() => set(folder, 'cpu.weight', Math.round(100 / givesWay)))
    },
  },
}

const reached: Record<Slot['version'], (folder: string) => 'memory' | 'processes' | undefined> = {
  'cgroup v1': (folder) => {
    if (counter(folder, 'memory.oom_control', 'oom_kill') > 0) return 'memory'
    return counter(folder, 'pids.events', 'max') > 0 ? 'processes' : undefined
  },
  'cgroup v2': (folder) => {
    if (counter(folder, 'memory.events', 'oom_kill') > 0) return 'memory'
    return counter(folder, 'pids.events', 'max') > 0 ? 'processes' : undefined
  },
}

function set(folder: string, file: string, value: string | number): void {
  writeFileSync(join(folder, file), String(value))
}

function counter(folder: string, file: string, name: string): number {
  const line = readLines(join(folder, file)).find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

async function removeFolder(folder: string): Promise<void> {
  // A process that has just ended can be counted for a moment longer. What stays is removed at the next start.
  for (let tries = 0; tries < 50 && !attempt(() => rmdirSync(folder)); tries++) await sleep(2)
}

function readLines(file: string): string[] {
  return attemptValue(() => readFileSync(file, 'utf8').trim().split('\n')) ?? []
}

function readWords(file: string): string[] {
  return (attemptValue(() => readFileSync(file, 'utf8')) ?? '').split(/\s+/).filter((word) => word !== '')
}

function attempt(action: () => unknown): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}

function attemptValue<Value>(action: () => Value): Value | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
