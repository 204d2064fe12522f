// Chooses what goes wrong and when. A moment is so many calls from now, not so many seconds: so it falls between any two of them.
import { setTimeout as sleep } from 'node:timers/promises'
import { crashDatabase, cutNetwork } from './faults.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface Deeds {
  crashes: number
  freezes: number
  databaseCrashes: number
  cuts: number
}

export interface Direction {
  /** How many processes are to be killed or frozen. */
  moments: number
  /** Runs kept under way meanwhile. */
  underWay: number
  random: Random
  /** Ends it early. */
  signal: AbortSignal
  say(text: string): void
}

/** Resolves when all is done and mended again; runs go on. */
export async function direct(world: World, direction: Direction): Promise<Deeds> {
  const { moments, random, signal, say } = direction
  const deeds: Deeds = { crashes: 0, freezes: 0, databaseCrashes: 0, cuts: 0 }
  const healing: Promise<void>[] = []
  for (let moment = 1; moment <= moments && !signal.aborted; moment++) {
    await keepAsking(world, direction)
    await untilMore(world, random.between(1, 60), signal)
    healing.push(strike(world, random, deeds))
    if (moment % 25 === 0) {
      healing.push(cut(world, deeds, random.between(2_000, 8_000)))
      if (world.databaseUrl !== undefined) healing.push(crashTheDatabase(world.databaseUrl, deeds))
    }
    if (moment % 20 === 0) say(`${world.on}: ${moment} of ${moments} moments, ${world.issues.length} issues so far`)
  }
  await Promise.all(healing)
  return deeds
}

async function keepAsking(world: World, { underWay }: Direction): Promise<void> {
  for (let open = (await world.open()).length; open < underWay; open++) await world.ask()
}

/** Where nothing happens for a while, because everything is dead or waits, the moment comes all the same. */
async function untilMore(world: World, calls: number, signal: AbortSignal): Promise<void> {
  const from = world.happened()
  for (let waited = 0; world.happened() < from + calls && waited < 15_000 && !signal.aborted; waited += 5)
    await sleep(5)
}

/** Three of four die; the others stand still, some for longer than their heartbeat may be missing. */
async function strike({ fleet }: World, random: Random, deeds: Deeds): Promise<void> {
  const member = random.pick(fleet.members.filter(({ url }) => url !== undefined))
  if (member === undefined) return
  if (random.chance(0.75)) {
    deeds.crashes += 1
    return member.crash(random.between(0, 2_000))
  }
  deeds.freezes += 1
  return member.freeze(random.pick([500, 5_000, 45_000]) ?? 500)
}

async function cut({ github }: World, deeds: Deeds, forMs: number): Promise<void> {
  deeds.cuts += 1
  const mend = cutNetwork(github)
  await sleep(forMs)
  mend()
}

async function crashTheDatabase(url: string, deeds: Deeds): Promise<void> {
  deeds.databaseCrashes += 1
  await crashDatabase(url).catch(() => undefined)
}
