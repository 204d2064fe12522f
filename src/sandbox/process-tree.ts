// Processes as /proc shows them: who descends from whom, what they hold in memory, who carries a mark.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../errors.ts'

const pageBytes = 4096

export interface ProcessEntry {
  pid: number
  parent: number
  group: number
  /** Clock ticks since boot; with the pid it names one process for good. */
  started: string
  residentBytes: number
  zombie: boolean
}

/** One process, or undefined when it is gone. */
export function readProcess(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in brackets and may hold anything; what follows the last bracket is plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      zombie: fields[0] === 'Z' || fields[0] === 'X',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      started: fields[19] ?? '',
      residentBytes: Number(fields[21]) * pageBytes,
    }
  } catch {
    return undefined
  }
}

/** Every process that can be seen; empty where there is no /proc. */
export function listProcesses(): ProcessEntry[] {
  return processIds().flatMap((pid) => readProcess(pid) ?? [])
}

/** `root` and everything that descends from it, zombies aside. */
export function processTree(root: number, processes = listProcesses()): ProcessEntry[] {
  const inTree = new Set([root])
  for (let grown = true; grown; ) {
    const before = inTree.size
    for (const { pid, parent } of processes) if (inTree.has(parent)) inTree.add(pid)
    grown = inTree.size > before
  }
  return processes.filter(({ pid, zombie }) => inTree.has(pid) && !zombie)
}

/** Processes whose environment holds `mark`; finds daemons that left their parent and their group. */
export function markedProcesses(mark: string): number[] {
  return processesThatSay('environ', mark)
}

/** Processes whose command line holds `name`. */
export function namedProcesses(name: string): number[] {
  return processesThatSay('cmdline', name)
}

function processesThatSay(file: 'environ' | 'cmdline', words: string): number[] {
  return processIds().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(words) && readProcess(pid)?.zombie === false
    } catch {
      return false
    }
  })
}

/** Kills what `alive` lists until it lists nothing. Throws an `infrastructure` fault when that does not happen. */
export async function killAll(alive: () => number[], patienceMs = 10_000): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (let left = alive(); left.length > 0; left = alive()) {
    for (const pid of left) kill(pid)
    if (performance.now() > deadline) {
      throw new Fault('infrastructure', 'processes_left', `${left.length} processes of a command cannot be killed.`, {
        mend: 'Restart the machine or the container; a process waits for a device that does not answer.',
        data: { pids: left.slice(0, 20) },
      })
    }
    await sleep(2)
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []))
  } catch {
    return []
  }
}
