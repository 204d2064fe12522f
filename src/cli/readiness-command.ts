// `draftsmith readiness`: can changes to a repository be verified on this machine, and what would make it better. Asks no model.
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { ceilingsOf } from '../compose/model.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import { parsePolicy, policyPath } from '../policy/policy.ts'
import { readinessOf } from '../prepare/measure-readiness.ts'
import { renderTerminalReadiness } from '../render/readiness.ts'
import { describeBase } from './describe-base.ts'
import type { Terminal } from './terminal.ts'
import { openUnrecordedRun } from './unrecorded-run.ts'

export interface ReadinessOptions {
  repo: string
  base?: string
  /** Folder for the logs of the commands. */
  logs?: string
  json?: boolean
}

/** Answers the exit code: 0 where changes can be verified, 1 where not. Throws `invalid_input` faults for what the user gave. */
export async function readinessCommand(
  options: ReadinessOptions,
  {
    config,
    log,
    terminal,
  }: { config: Config; log: Logger; terminal: Pick<Terminal, 'out' | 'progress' | 'interrupted'> },
): Promise<number> {
  const base = await describeBase(config, options)
  const parsed = parsePolicy(base.policyText, ceilingsOf(config))
  if (parsed.kind !== 'ok') {
    const mend = parsed.problems.map(({ line, message }) => `Line ${line}: ${message}`).join('\n')
    throw new Fault('invalid_input', 'policy_invalid', `${policyPath} cannot be read.`, { mend })
  }
  const say = (text: string) => terminal.progress(`  ! ${text}`)
  for (const note of base.notes) say(note)
  terminal.progress(`… Installing and running the commands of ${base.baseBranch} at ${base.baseCommit.slice(0, 10)}`)
  const run = openUnrecordedRun(config, log, {
    id: `readiness-${randomUUID()}`,
    repositoryKey: `local:${base.repository}`,
    clone: { url: base.repository, env: {} },
    ...(options.logs !== undefined && { logs: options.logs }),
    signal: terminal.interrupted,
    note: say,
  })
  const readiness = await readinessOf(run, { facts: base, policy: parsed.policy })
  const { repository, baseBranch: branch, baseCommit } = base
  terminal.out(
    options.json
      ? JSON.stringify({ repository, branch, baseCommit, ...readiness }, null, 2)
      : renderTerminalReadiness(readiness, { repository, branch, baseCommit }),
  )
  return readiness.verdict === 'not_ready' ? 1 : 0
}
