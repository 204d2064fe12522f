// Lists recordings that were made with other prompts or tool texts than those of today. They still answer; whether a model would
// answer the same to the new words is not known. `node tools/check-recordings.ts [FOLDER]`.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createGuardedWorkTree } from '../src/agent/guarded-work-tree.ts'
import { loadPrompt } from '../src/agent/prompt.ts'
import type { Tool } from '../src/agent/tools.ts'
import type { Work } from '../src/execute/close-modification.ts'
import { createCoderTools } from '../src/execute/coder-tools.ts'
import { promptHash } from '../src/model/canonical.ts'
import type { ModelRole } from '../src/model/model.ts'
import { readRecording, staleRecordings } from '../src/model/recording.ts'
import { createPlannerTools } from '../src/plan/plan-change.ts'

// Only the texts of the tools are read; none of them is run, so they stand on nothing.
const allowed = { allowed: true } as const
const nowhere = createGuardedWorkTree({
  root: '/',
  files: async () => [],
  mayRead: () => allowed,
  mayWrite: () => allowed,
  scan: async () => [],
})
const noWork = { task: { bench: { workspace: { tree: '/' }, snapshot: { checks: [] } } } } as unknown as Work

const plannerRules = { knownFiles: new Set<string>(), mayWrite: () => allowed, isTest: () => false }

const root = join(import.meta.dirname, '..')
const folder = process.argv[2] ?? join(root, 'demo', 'recordings')
const current = new Set(Object.values(currentPrompts()).map(promptHash))

for (const name of readdirSync(folder).sort()) {
  const { scenario, calls } = readRecording(join(folder, name))
  const stale = new Set(staleRecordings({ scenario, calls }, current).map(({ role }) => role))
  if (stale.size === 0) continue
  console.log(`${name} was made with other prompts of the ${[...stale].join(', ')}: npm run record -- ${scenario}`)
  process.exitCode = 1
}

function currentPrompts(): Record<ModelRole, Parameters<typeof promptHash>[0]> {
  return {
    analyst: prompt('task/normalize.md', []),
    planner: prompt('plan/plan.md', createPlannerTools(nowhere, plannerRules)),
    coder: prompt('execute/execute.md', createCoderTools(noWork)),
    reviewer: prompt('judge/judge.md', []),
  }
}

function prompt(path: string, tools: Tool<unknown>[]): Parameters<typeof promptHash>[0] {
  return { system: loadPrompt(new URL(`../src/${path}`, import.meta.url)), tools: tools.map(({ spec }) => spec) }
}
