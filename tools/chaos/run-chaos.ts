// One database under fire, from the first label to what is left when everything has ended.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseKind } from '../bench/part.ts'
import { direct } from './director.ts'
import { type FaultCount, githubFaults, modelFault } from './faults.ts'
import { lossesInLedger, lossesOnGitHub, lossesOnMachine } from './losses.ts'
import { createRandom } from './random.ts'
import type { ChaosResult } from './report.ts'
import { openWorld, type World } from './world.ts'

export interface ChaosOptions {
  on: DatabaseKind
  /** How many processes are killed or frozen. */
  moments: number
  seed: number
  members: number
  postgresServer: string | undefined
  /** After it, what has not ended counts as lost. */
  longestMs: number
  say(text: string): void
}

export async function runChaos({
  on,
  moments,
  seed,
  members,
  postgresServer,
  longestMs,
  say,
}: ChaosOptions): Promise<ChaosResult> {
  const began = Date.now()
  const random = createRandom(seed)
  const faults: FaultCount = { github: 0, model: 0 }
  const signal = AbortSignal.timeout(longestMs)
  await using world = await openWorld({ on, members, repositories: 6, postgresServer, random })
  const mendGitHub = githubFaults(world.github, random, faults)
  world.model.fault = () => modelFault(random, faults)
  const deeds = await direct(world, { moments, underWay: 6, random, signal, say })
  say(`${on}: the last of ${world.issues.length} issues are waited for`)
  await allEnded(world, signal)
  mendGitHub()
  await world.storm.settled()
  const { losses, outcomes } = await lossesOnGitHub(world)
  await world.fleet.stop()
  return {
    ...{ on, seed, outcomes, deeds, faults },
    issues: world.issues.length,
    deliveries: world.storm.made,
    fallen: world.fleet.fallen,
    losses: [...losses, ...(await lossesInLedger(world)), ...lossesOnMachine(world)],
    seconds: Math.round((Date.now() - began) / 1_000),
  }
}

async function allEnded(world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await world.open()).length > 0) await sleep(500)
}
