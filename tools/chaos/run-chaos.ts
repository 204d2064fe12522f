// One database under fire, from the first label to what is left when everything has ended.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ScriptedMessages } from '../../test/support/scripted-messages.ts'
import type { DatabaseKind } from '../bench/part.ts'
import { direct } from './director.ts'
import { type FaultCount, type Faults, githubFaults, modelFaults } from './faults.ts'
import { lossesInLedger, lossesOnGitHub, lossesOnMachine } from './losses.ts'
import { chooseMoments } from './moments.ts'
import type { AnsweredCall } from './paid-calls.ts'
import { createRandom } from './random.ts'
import type { ChaosResult } from './report.ts'
import { type ChaosPostgres, openWorld, type World } from './world.ts'

export interface ChaosOptions {
  on: DatabaseKind
  /** Random moments at which a process is killed or frozen. */
  moments: number
  /** Mean of the writes to the ledger between two of them. */
  writesBetween: number
  /** Whether a process is killed and frozen at the end of every stage, too. */
  boundaries: boolean
  freezesMs: readonly number[]
  /** Of the calls of GitHub's API and of the model that fail, from 0 to 1. */
  faultShare: number
  /** Of the deliveries of webhooks that arrive nowhere, from 0 to 1: the rounds have to find what they told. */
  lostShare: number
  seed: number
  members: number
  /** Runs kept under way, one a repository. */
  underWay: number
  postgres: ChaosPostgres | undefined
  /** Nothing is broken any more after it. */
  breakingMs: number
  /** From then on: what has not ended counts as lost. */
  endingMs: number
  say(text: string): void
}

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { on, seed, members, postgres, lostShare, underWay, boundaries, say } = options
  const began = Date.now()
  const random = createRandom(seed)
  const faults: FaultCount = { github: 0, model: 0 }
  const failing = { share: options.faultShare, count: faults }
  const answered: AnsweredCall[] = []
  await using world = await openWorld({ on, members, repositories: underWay, postgres, lostShare, random })
  const mendGitHub = githubFaults(world.github, { ...failing, random: random.fork('github') })
  breakModel(world.model, { ...failing, random: random.fork('model') }, answered)
  const moments = chooseMoments(random, options)
  const signal = AbortSignal.timeout(options.breakingMs)
  const deeds = await direct(world, { moments, boundaries, underWay, signal, say })
  say(`${on}: the last of ${world.issues.length} issues are waited for`)
  await allEnded(world, AbortSignal.timeout(options.endingMs / 2))
  // What waits for its next attempt by now is to come to its end, and not to meet every fifth call's fault for ever.
  mendGitHub()
  await allEnded(world, AbortSignal.timeout(options.endingMs / 2))
  await world.storm.settled()
  const { losses, outcomes } = await lossesOnGitHub(world)
  await world.fleet.stop()
  const ledger = await lossesInLedger(world, answered)
  losses.push(...ledger.losses, ...lossesOnMachine(world.fleet.members))
  return {
    ...{ on, seed, outcomes, deeds, faults, losses },
    failures: ledger.failures,
    moments: moments.length,
    issues: world.issues.length,
    deliveries: world.storm.made,
    lostDeliveries: world.storm.lost,
    modelCalls: world.model.asked.length,
    fallen: world.fleet.fallen,
    seconds: Math.round((Date.now() - began) / 1_000),
    kept: losses.length > 0 ? world.keep() : undefined,
  }
}

/** Keeps what was answered, and when. */
function breakModel(model: ScriptedMessages, faults: Faults, answered: AnsweredCall[]): void {
  const failing = modelFaults(faults)
  model.fault = (asked) => {
    const fault = failing(asked)
    if (fault === undefined) answered.push({ ...asked, at: Date.now() })
    return fault
  }
}

async function allEnded(world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await world.open()).length > 0) await sleep(500)
}
