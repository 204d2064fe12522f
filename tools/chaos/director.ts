// Chooses what goes wrong and when: at the end of every stage, and at random moments. A moment is so many writes to the ledger
// from now, not so many seconds: so it falls between any two of them.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Stage, stages } from '../../src/run/run.ts'
import { crashDatabase, cutFromDatabase, cutNetwork } from './faults.ts'
import type { Member } from './fleet.ts'
import type { LedgerWrite } from './ledger-watch.ts'
import type { DatabaseDeed, Moment } from './moments.ts'
import type { World } from './world.ts'

const strikes = ['crash', 'freeze'] as const
type Strike = (typeof strikes)[number]

export interface Deeds {
  moments: number
  crashes: number
  freezes: number
  databaseCrashes: number
  databaseRestarts: number
  cuts: number
  /** What was done right after the record of the stage, by stage. */
  boundaries: Partial<Record<Stage, Strike[]>>
}

export interface Direction {
  moments: readonly Moment[]
  /** Whether the end of every stage is a moment, too. */
  boundaries: boolean
  /** Runs kept under way meanwhile. */
  underWay: number
  /** Ends it early. */
  signal: AbortSignal
  say(text: string): void
}

/** Resolves when all is done and mended again; runs go on. */
export async function direct(world: World, direction: Direction): Promise<Deeds> {
  const { moments, signal, say } = direction
  const deeds: Deeds = {
    moments: 0,
    crashes: 0,
    freezes: 0,
    databaseCrashes: 0,
    databaseRestarts: 0,
    cuts: 0,
    boundaries: {},
  }
  const healing: Promise<void>[] = []
  if (direction.boundaries)
    world.ledger.onWrite = (write) => {
      const struck = strikeBoundary(world, deeds, write)
      if (struck !== undefined) healing.push(struck)
    }
  for (const moment of moments) {
    if (signal.aborted) break
    await keepAsking(world, direction)
    await untilMore(world, moment.after, signal)
    await untilReady(world, signal)
    healing.push(...act(world, deeds, moment))
    deeds.moments += 1
    if (deeds.moments % 20 === 0)
      say(`${world.on}: ${deeds.moments} of ${moments.length} moments, ${world.issues.length} issues`)
  }
  while (direction.boundaries && !signal.aborted && unstruck(deeds).length > 0) {
    await keepAsking(world, direction)
    await sleep(200)
  }
  world.ledger.onWrite = () => {}
  await Promise.all(healing)
  return deeds
}

/** Ends of stages at which not everything was tried. */
export function unstruck({ boundaries }: Deeds): string[] {
  return stages.flatMap((stage) =>
    strikes.filter((strike) => !boundaries[stage]?.includes(strike)).map((strike) => `${strike} after ${stage}`),
  )
}

async function keepAsking(world: World, { underWay }: Direction): Promise<void> {
  for (let open = (await world.open()).length; open < underWay; open++) await world.ask()
}

/** Where nothing happens for a while, because everything is dead or waits, the moment comes all the same. */
async function untilMore(world: World, writes: number, signal: AbortSignal): Promise<void> {
  const from = world.happened()
  for (let waited = 0; world.happened() < from + writes && waited < 15_000 && !signal.aborted; waited += 5)
    await sleep(5)
}

async function untilReady({ fleet }: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !fleet.members.some(({ ready }) => ready)) await sleep(20)
}

/** Whoever has just recorded a stage, the first time, dies; the next time it stands still for longer than its heartbeat may be missing. */
function strikeBoundary(world: World, deeds: Deeds, { member: name, stage }: LedgerWrite): Promise<void> | undefined {
  const member = world.fleet.members.find((each) => each.name === name && each.ready)
  if (stage === undefined || member === undefined) return undefined
  const done = deeds.boundaries[stage] ?? []
  const strike = strikes[done.length]
  if (strike === undefined) return undefined
  deeds.boundaries[stage] = [...done, strike]
  return strikeOne(member, deeds, { strike, pauseMs: strike === 'crash' ? 0 : longFreezeMs(world) })
}

/** On the embedded database nobody else could take the run meanwhile. */
function longFreezeMs({ on }: World): number {
  return on === 'embedded' ? 3_000 : 45_000
}

function act(world: World, deeds: Deeds, moment: Moment): Promise<void>[] {
  const ready = world.fleet.members.filter((each) => each.ready)
  const member = ready[moment.member % ready.length]
  return [
    ...(member === undefined ? [] : [strikeOne(member, deeds, moment)]),
    ...(moment.cutMs === undefined ? [] : [cut(world, deeds, moment.cutMs)]),
    ...(moment.database === undefined ? [] : onDatabase(world, deeds, { deed: moment.database, struck: member })),
  ]
}

function strikeOne(
  member: Member,
  deeds: Deeds,
  { strike, pauseMs }: Pick<Moment, 'strike' | 'pauseMs'>,
): Promise<void> {
  if (strike === 'crash') deeds.crashes += 1
  else deeds.freezes += 1
  return member[strike](pauseMs)
}

/** How long whoever operates a server takes to start it again. */
const downMs = 2_000

function onDatabase(
  { databaseUrl: url, restartPostgres }: World,
  deeds: Deeds,
  { deed, struck }: { deed: DatabaseDeed; struck: Member | undefined },
): Promise<void>[] {
  if (url === undefined) return []
  switch (deed) {
    case 'crash':
      deeds.databaseCrashes += 1
      return [crashDatabase(url).catch(() => undefined)]
    case 'cut':
      if (struck === undefined) return []
      deeds.cuts += 1
      return [cutFromDatabase(url, struck.name).catch(() => undefined)]
    case 'restart':
      if (restartPostgres === undefined) return []
      deeds.databaseRestarts += 1
      return [restartPostgres(downMs)]
  }
}

async function cut({ github, model }: World, deeds: Deeds, forMs: number): Promise<void> {
  deeds.cuts += 1
  const mend = cutNetwork(github, model)
  await sleep(forMs)
  mend()
}
