// What a check of the repository reports, and who believes it. Without the defence: whoever finds a report reads it.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxSession } from '../../../src/sandbox/sandbox.ts'
import { runChecks } from '../../../src/toolchain/run-checks.ts'
import { checkCommand, commandResult } from '../../toolchain/support/check.ts'
import type { CommandScene } from './command-scene.ts'

/** A report of Jest's in which a test of that name has passed. */
export function greenReport(name: string): string {
  return JSON.stringify({
    testResults: [{ name: 'a', assertionResults: [{ ancestorTitles: [], title: name, status: 'passed' }] }],
  })
}

export interface Told {
  passed: boolean
  /** Names of tests. */
  tests: string[]
}

/** Runs the lines one after another, and tells what is believed of the last. Each finds its folder in DRAFTSMITH_REPORT. */
export async function told(scene: CommandScene, lines: string[]): Promise<Told> {
  await writeFile(join(scene.tree, 'forged.json'), greenReport('forged'))
  return scene.defence === 'on' ? checked(scene, lines) : believed(scene, lines)
}

async function checked(scene: CommandScene, lines: string[]): Promise<Told> {
  const session: SandboxSession = {
    run: async (command) => commandResult(await scene.run(command)),
    close: async () => {},
  }
  // What asks for a report is appended to the line.
  const checks = lines.map((line, at) => checkCommand({ id: `check-${at}`, line: `${line} #`, report: 'jest-json' }))
  const results = await runChecks({ session, home: scene.home, checks, logs: async () => {} })
  const last = results.at(-1)
  return { passed: last?.passed === true, tests: last?.tests?.map(({ name }) => name) ?? [] }
}

async function believed(scene: CommandScene, lines: string[]): Promise<Told> {
  for (const line of lines) await scene.run({ line, env: { DRAFTSMITH_REPORT: scene.home } })
  const text = await readFile(join(scene.home, 'report'), 'utf8').catch(() => '{"testResults":[]}')
  const { testResults } = JSON.parse(text) as {
    testResults: { assertionResults: { title: string; status: string }[] }[]
  }
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  return { passed: tests.every(({ status }) => status === 'passed'), tests: tests.map(({ title }) => title) }
}
