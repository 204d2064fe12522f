// The configuration as a command line reads it: each command asks for what it needs.
import { pino } from 'pino'
import type { Need } from '../config/missing.ts'
import { describeProblems } from '../config/problems.ts'
import { type Config, readConfig } from '../config.ts'
import { Fault } from '../errors.ts'
import { whyUnreadable } from './issue-source.ts'

/** A terminal is for progress and results; the log speaks up from warnings on, unless LOG_LEVEL says otherwise. */
export function environment(): Record<string, string | undefined> {
  return { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' }
}

export function configFor(needs: Need[]): Config {
  const read = readConfig(environment(), needs)
  if (read.kind === 'ok') return read.config
  throw new Fault('invalid_input', 'configuration_invalid', describeProblems(read.problems))
}

/** Somebody whose first run has neither a key nor the file that they named is told of both. */
export async function configForRun(issue: string): Promise<Config> {
  const read = readConfig(environment(), ['model'])
  if (read.kind === 'ok') return read.config
  const unreadable = await whyUnreadable(issue)
  const problems = describeProblems(read.problems)
  const told = unreadable === undefined ? problems : `${unreadable.message}\n  ${unreadable.mend}\n${problems}`
  throw new Fault('invalid_input', 'configuration_invalid', told)
}

/** With the App where there is one. What is wrong with it is told by `doctor`. */
export function configWithApp(): Config {
  const read = readConfig(environment(), ['github'])
  return read.kind === 'ok' ? read.config : configFor([])
}

export function loggerOf({ logLevel }: Config) {
  return pino({ level: logLevel, redact: ['*.token', '*.authorization', '*.privateKey'] }, pino.destination(2))
}
