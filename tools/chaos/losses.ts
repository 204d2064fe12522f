// What must hold when everything has ended. Each loss is one sentence.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { parseStatus } from '../../src/render/status.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { rowsOf } from '../../src/run/orm.ts'
import type { EmulatedGitHub } from '../../test/support/emulated-github/types.ts'
import type { Member } from './fleet.ts'
import { type AnsweredCall, paidAgain, type StoredCall } from './paid-calls.ts'
import type { ChaosIssue, World } from './world.ts'

export interface Findings {
  losses: string[]
  /** Outcome → how many issues. */
  outcomes: Record<string, number>
}

export interface Labelled {
  github: Pick<EmulatedGitHub, 'state'>
  issues: readonly ChaosIssue[]
}

/** On GitHub, while everything still stands. */
export async function lossesOnGitHub({ github, issues }: Labelled): Promise<Findings> {
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
  return { losses: [...losses, ...foreignBranches(repositories, issues)], outcomes }
}

function foreignBranches(
  repositories: Record<string, { branches: Record<string, string> }>,
  issues: readonly ChaosIssue[],
): string[] {
  const expected = new Set(issues.map(({ repo, number }) => `${repo} agent/issue-${number}`))
  return [...new Set(issues.map(({ repo }) => repo))].flatMap((repo) =>
    Object.keys(repositories[repo]?.branches ?? {})
      .filter((name) => name !== 'main' && !expected.has(`${repo} ${name}`))
      .map((name) => `${repo} has a branch ${name} that belongs to no issue.`),
  )
}

export interface LedgerFindings {
  losses: string[]
  /** Code of the failure → how many runs. */
  failures: Record<string, number>
}

/** In the ledger, once the fleet has ended. */
export async function lossesInLedger(
  { fleet, databaseUrl, issues }: World,
  answered: readonly AnsweredCall[],
): Promise<LedgerFindings> {
  const dataDir = join(fleet.members[0]?.dataDir ?? '', 'database')
  const database = await openDatabase(databaseUrl === undefined ? { dataDir } : { url: databaseUrl })
  try {
    const count = async (text: string) =>
      (await rows<{ count: number }>(database, `select count(*)::int as count from (${text}) as found`))[0]?.count
    const runs = await count('select 1 from draftsmith.run')
    const found = {
      'runs without an end': await count(`select 1 from draftsmith.run where state <> 'ended'`),
      'model calls stored twice': await count(
        `select 1 from draftsmith.model_call where state = 'settled' group by run_id, request_hash having count(*) > 1`,
      ),
      'jobs left behind': await count(
        `select 1 from pgboss.job where name in ('run', 'run-dead') and state in ('created', 'retry', 'active')`,
      ),
    }
    const failures = await rows<{ code: string; runs: number }>(
      database,
      `select outcome ->> 'code' as code, count(*)::int as runs from draftsmith.run
       where outcome ->> 'kind' = 'failed' group by 1`,
    )
    const losses = [
      ...(runs === issues.length ? [] : [`There are ${runs} runs for ${issues.length} issues.`]),
      ...Object.entries(found).flatMap(([what, number]) => (number === 0 ? [] : [`${number} ${what}.`])),
      ...paidAgain(await storedCalls(database), answered),
    ]
    return { losses, failures: Object.fromEntries(failures.map((each) => [each.code, each.runs])) }
  } finally {
    await database.close()
  }
}

/** In the order in which they were made. */
async function storedCalls(database: Database): Promise<StoredCall[]> {
  const calls = await rows<{ title: string; role: string; at: string }>(
    database,
    `select run.task ->> 'title' as title, call.role, call.settled_at::text as at
     from draftsmith.model_call as call join draftsmith.run on run.id = call.run_id
     where call.state = 'settled' order by call.id`,
  )
  return calls.map((call) => ({ ...call, at: Date.parse(call.at) }))
}

async function rows<T extends object>(database: Database, text: string): Promise<T[]> {
  return rowsOf<T>(await database.query((orm) => orm.execute(sql.raw(text))))
}

/** On the machine, once the fleet has ended. */
export function lossesOnMachine(members: readonly Pick<Member, 'name' | 'dataDir'>[]): string[] {
  return members.flatMap(({ name, dataDir }) => [
    ...workTreesIn(dataDir).map((path) => `${name} left ${path} behind.`),
    ...processesOf(dataDir).map((command) => `${name} left a process behind: ${command}`),
  ])
}

function workTreesIn(dataDir: string): string[] {
  const folder = join(dataDir, 'runs')
  return existsSync(folder) ? readdirSync(folder).map((name) => join('runs', name)) : []
}

/** By their command, their environment and where they stand; Linux tells it in /proc. */
function processesOf(dataDir: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const command = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
    const environment = read(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))
    const folder = read(() => readlinkSync(`/proc/${pid}/cwd`))
    return [command, environment, folder].some((text) => text.includes(dataDir)) && command !== ''
      ? [command.slice(0, 200)]
      : []
  })
}

/** A process may end while it is looked at. */
function read(look: () => string): string {
  try {
    return look()
  } catch {
    return ''
  }
}

function unless(holds: boolean, { repo, number }: ChaosIssue, what: string): string[] {
  return holds ? [] : [`${repo}#${number} ${what}.`]
}
