import { stages } from '../../src/run/run.ts'
import type { Deeds } from './director.ts'
import type { FaultCount } from './faults.ts'
import type { Losses } from './webhooks.ts'

export interface ChaosResult {
  on: string
  seed: number
  issues: number
  outcomes: Record<string, number>
  /** Code → how many runs failed with it. */
  failures: Record<string, number>
  deeds: Deeds
  /** Moments that were to come. */
  moments: number
  faults: FaultCount
  deliveries: number
  lostDeliveries: Losses
  modelCalls: number
  seconds: number
  /** Processes that ended by themselves. */
  fallen: string[]
  losses: string[]
  /** Where data and logs are, when something was lost. */
  kept: string | undefined
}

/** A column a database. */
export function renderChaos(results: ChaosResult[]): string {
  const rows: [string, (result: ChaosResult) => string | number][] = [
    ['labelled issues', ({ issues }) => issues],
    ['how they ended', ({ outcomes }) => list(outcomes)],
    ['why they failed', ({ failures }) => list(failures)],
    ['webhooks delivered', ({ deliveries }) => deliveries],
    ['refused, vanished', ({ lostDeliveries: { refused, vanished } }) => `${refused}, ${vanished}`],
    ['moments', ({ deeds, moments }) => `${deeds.moments} of ${moments}`],
    ['stages killed after', ({ deeds }) => struckAfter(deeds, 'crash')],
    ['stages frozen after', ({ deeds }) => struckAfter(deeds, 'freeze')],
    ['processes killed', ({ deeds }) => deeds.crashes],
    ['processes frozen', ({ deeds }) => deeds.freezes],
    ['crashes of the database', ({ deeds }) => deeds.databaseCrashes],
    ['restarts of the database', ({ deeds }) => deeds.databaseRestarts],
    ['network cut', ({ deeds }) => deeds.cuts],
    ['calls of GitHub that failed', ({ faults }) => faults.github],
    ['calls of the model', ({ modelCalls }) => modelCalls],
    ['calls of the model that failed', ({ faults }) => faults.model],
    ['processes that fell by themselves', ({ fallen }) => fallen.length],
    ['lost', ({ losses }) => losses.length],
    ['seconds', ({ seconds }) => seconds],
    ['seed', ({ seed }) => seed],
  ]
  const cells = [
    ['', ...results.map(({ on }) => on)],
    ...rows.map(([name, value]) => [name, ...results.map((each) => String(value(each)))]),
  ]
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const table = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const said = results.flatMap(({ on, losses, fallen, kept }) => [
    ...losses.map((loss) => `✗ ${on}: ${loss}`),
    ...fallen.map((each) => `! ${on}: ${each}`),
    ...(kept === undefined ? [] : [`! ${on}: data and logs are kept in ${kept}`]),
  ])
  return [...table, ...(said.length > 0 ? ['', ...said] : [])].join('\n')
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([end, count]) => `${count} ${end}`)
    .join(', ')
}

function struckAfter({ boundaries }: Deeds, strike: 'crash' | 'freeze'): string {
  const struck = stages.filter((stage) => boundaries[stage]?.includes(strike))
  return `${struck.length} of ${stages.length}`
}
