// What a wall costs a command: the same empty command as a plain process, without walls, behind bubblewrap, and in a
// container of Podman where the machine has it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createBubblewrapSandbox } from '../../src/sandbox/bubblewrap-sandbox.ts'
import { createContainerSandbox } from '../../src/sandbox/container-sandbox.ts'
import { createNoneSandbox } from '../../src/sandbox/none-sandbox.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { type Podman, podmanPrograms, startPodman } from '../../test/support/podman.ts'
import { findProgram } from '../../test/support/system.ts'
import type { Part, Surroundings } from './part.ts'
import { essentials } from './programs.ts'
import type { Row } from './report.ts'
import { median, percentile } from './statistics.ts'

export const sandboxCost: Part = {
  name: 'sandbox',
  async measure(surroundings) {
    const hostEnv = essentials()
    const kinds: [string, () => Promise<number[]>][] = [
      ['bare process', () => timeBare(surroundings)],
      ['none', () => timeSandbox(createNoneSandbox({ hostEnv }), surroundings)],
    ]
    if (surroundings.sandbox === 'bubblewrap')
      kinds.push(['bubblewrap', () => timeSandbox(createBubblewrapSandbox({ hostEnv }), surroundings)])
    const rows: Row[] = []
    for (const [on, time] of kinds) rows.push(...rowsOf(on, await time()))
    return [...rows, ...(await inContainers(surroundings))]
  },
}

async function inContainers(surroundings: Surroundings): Promise<Row[]> {
  if (podmanPrograms.some((program) => findProgram(program) === undefined)) return []
  const podman = await startPodman()
  try {
    const sandbox = await openContainers(podman)
    const { usable, problem } = await sandbox.probe()
    if (usable) return rowsOf('podman', await timeSandbox(sandbox, surroundings))
    surroundings.say(`podman is left out: ${problem?.what}`)
    return []
  } finally {
    await podman.close()
  }
}

async function openContainers({ hostEnv, makeImage }: Podman): Promise<Sandbox> {
  const image = 'small'
  await makeImage(image, ['cut', 'tail', 'touch', 'tr'])
  return createContainerSandbox({ hostEnv, images: [{ image, ecosystems: [] }] })
}

function rowsOf(on: string, times: number[]): Row[] {
  const common = { part: 'sandbox', on, unit: 'ms' as const, samples: times.length }
  return [
    { ...common, measure: 'command `true`, median', value: median(times) },
    { ...common, measure: 'command `true`, p95', value: percentile(times, 0.95) },
  ]
}

async function timeBare({ settings, folder }: Surroundings): Promise<number[]> {
  return timed(settings.sandbox.commands, async () => {
    const child = spawn('/bin/sh', ['-c', 'true'], { cwd: folder, stdio: 'ignore' })
    await once(child, 'close')
  })
}

async function timeSandbox(sandbox: Sandbox, { settings, folder }: Surroundings): Promise<number[]> {
  const root = join(folder, `sandbox-${sandbox.kind}`)
  const [workTree, home] = [join(root, 'work'), join(root, 'home')]
  await Promise.all([workTree, home].map((path) => mkdir(path, { recursive: true })))
  const limits = {
    memoryBytes: 2 ** 32,
    processes: 512,
    cpus: 2,
    fileBytes: 2 ** 31,
    diskBytes: 4 * 1024 ** 3,
    openFiles: 4_096,
  }
  const session = await sandbox.open({
    ...{ runId: 'bench', workTree, home, readOnly: [], env: {} },
    limits: { ...limits, deadlineMs: 60_000 },
  })
  try {
    return await timed(settings.sandbox.commands, async () => {
      const { exitCode, output } = await session.run({ line: 'true' })
      if (exitCode !== 0) throw new Error(`the command failed in ${sandbox.kind}: ${output}`)
    })
  } finally {
    await session.close()
  }
}

/** The first is not counted: it loads what the others find loaded. */
async function timed(count: number, work: () => Promise<void>): Promise<number[]> {
  await work()
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return times
}
