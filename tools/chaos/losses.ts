// What must hold when everything has ended. Each loss is one sentence.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseStatus } from '../../src/render/status.ts'
import { openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { rowsOf } from '../../src/run/orm.ts'
import type { ChaosIssue, World } from './world.ts'

export interface Findings {
  losses: string[]
  /** Outcome → how many issues. */
  outcomes: Record<string, number>
}

/** On GitHub, while everything still stands. */
export async function lossesOnGitHub({ github, issues }: World): Promise<Findings> {
  const { repositories } = await github.state()
  const outcomes: Record<string, number> = {}
  const losses = issues.flatMap((issue) => {
    const { issues: all = [], pullRequests = [], branches = {} } = repositories[issue.repo] ?? {}
    const own = all.find(({ number }) => number === issue.number)?.comments.filter(({ byApp }) => byApp) ?? []
    const statuses = own.flatMap(({ body }) => parseStatus(body) ?? [])
    const branch = `agent/issue-${issue.number}`
    const opened = pullRequests.filter(({ head }) => head === branch)
    const end = statuses[0]?.outcome ?? 'nothing'
    outcomes[end] = (outcomes[end] ?? 0) + 1
    return [
      ...unless(statuses.length === 1, issue, `has ${statuses.length} status comments`),
      ...unless(own.length === statuses.length, issue, `has ${own.length - statuses.length} other comments of ours`),
      ...unless(statuses[0]?.state === 'ended', issue, `was never told an end, but ${statuses[0]?.state}`),
      ...unless(opened.length <= 1, issue, `has ${opened.length} pull requests`),
      ...unless(
        (end === 'pull_request') === (opened.length === 1),
        issue,
        `ends as ${end} with ${opened.length} pull requests`,
      ),
      ...unless(
        (end === 'pull_request') === (branches[branch] !== undefined),
        issue,
        `ends as ${end}, and its branch says otherwise`,
      ),
    ]
  })
  return { losses, outcomes }
}

/** In the ledger, once the fleet has ended. */
export async function lossesInLedger({ fleet, databaseUrl, issues }: World): Promise<string[]> {
  const dataDir = fleet.members[0]?.dataDir ?? ''
  const database = await openDatabase(databaseUrl === undefined ? { dataDir } : { url: databaseUrl })
  try {
    const count = async (text: string) => {
      const result = await database.query((orm) =>
        orm.execute(sql.raw(`select count(*)::int as count from (${text}) as found`)),
      )
      return rowsOf<{ count: number }>(result)[0]?.count ?? Number.NaN
    }
    const runs = await count('select 1 from draftsmith.run')
    const found = {
      'runs without an end': await count(`select 1 from draftsmith.run where state <> 'ended'`),
      'model calls paid twice': await count(
        `select 1 from draftsmith.model_call where state = 'settled' group by run_id, request_hash having count(*) > 1`,
      ),
      'jobs left behind': await count(
        `select 1 from pgboss.job where name in ('run', 'run-dead') and state in ('created', 'retry', 'active')`,
      ),
    }
    return [
      ...(runs === issues.length ? [] : [`There are ${runs} runs for ${issues.length} issues.`]),
      ...Object.entries(found).flatMap(([what, number]) => (number === 0 ? [] : [`${number} ${what}.`])),
    ]
  } finally {
    await database.close()
  }
}

/** On the machine, once the fleet has ended. */
export function lossesOnMachine({ fleet }: World): string[] {
  return fleet.members.flatMap(({ name, dataDir }) => [
    ...workTreesIn(dataDir).map((path) => `${name} left ${path} behind.`),
    ...processesOf(dataDir).map((command) => `${name} left a process behind: ${command}`),
  ])
}

function workTreesIn(dataDir: string): string[] {
  const folder = join(dataDir, 'runs')
  return existsSync(folder) ? readdirSync(folder).map((name) => join('runs', name)) : []
}

function processesOf(dataDir: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
    return `${command} ${read(`/proc/${pid}/environ`)}`.includes(dataDir) && command !== ''
      ? [command.slice(0, 200)]
      : []
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function unless(holds: boolean, { repo, number }: ChaosIssue, what: string): string[] {
  return holds ? [] : [`${repo}#${number} ${what}.`]
}
