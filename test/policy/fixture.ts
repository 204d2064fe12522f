// A task, facts, a contract, a plan and a snapshot that every rule lets pass; each test changes what it is about.
import type { ImplementationPlan } from '../../src/plan/plan.ts'
import { defaultCeilings, type Policy, parsePolicy } from '../../src/policy/policy.ts'
import type { TaskContract } from '../../src/task/contract.ts'
import type { Task } from '../../src/task/task.ts'
import type { BaseFacts } from '../../src/task/task-host.ts'
import type { RepositorySnapshot } from '../../src/toolchain/toolchain.ts'

const baseCommit = '4f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c'

export function policyOf(text: string = ''): Policy {
  const parsed = parsePolicy(text, defaultCeilings)
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.policy
}

export function taskOf(change: Partial<Task> = {}): Task {
  return {
    source: { kind: 'github_issue', installationId: 1, owner: 'octo', repo: 'slugs', number: 12 },
    title: 'Slugs contain two dashes in a row',
    body: 'slugify("a - b") returns "a---b" instead of "a-b". It is in `src/slug.ts`.',
    removed: [],
    labels: ['agent-eligible'],
    requestedBy: 'maya',
    requestedAt: '2026-11-20T10:00:00Z',
    ...change,
  }
}

export function factsOf(change: Partial<BaseFacts> = {}): BaseFacts {
  return {
    repository: 'octo/slugs',
    baseBranch: 'main',
    baseCommit,
    policyText: undefined,
    repositoryBytes: 1_000_000,
    openPullRequests: [],
    workflowsRunOnPush: false,
    notes: [],
    ...change,
  }
}

export function contractOf(change: Partial<TaskContract> = {}): TaskContract {
  return {
    taskType: 'bug_fix',
    objective: 'Slugs never contain two dashes in a row.',
    affectedFiles: ['src/slug.ts'],
    searchTerms: ['slugify'],
    constraints: [],
    acceptanceCriteria: ['slugify("a - b") returns "a-b"'],
    complexity: 'low',
    risk: 'low',
    questions: [],
    repository: 'octo/slugs',
    baseBranch: 'main',
    baseCommit,
    scope: { include: [], exclude: [] },
    components: [],
    requestedBy: 'maya',
    ...change,
  }
}

export function planOf(...paths: string[]): ImplementationPlan {
  return {
    summary: 'Separators are collapsed.',
    modifications: paths.map((path, at) => ({
      id: `m${at}`,
      path,
      kind: 'modify',
      title: 'Collapse separators',
      reason: 'The contract asks for it.',
      dependsOn: [],
      test: false,
      estimatedLines: 10,
    })),
    removedTests: [],
    risks: [],
    questions: [],
    feasible: true,
  }
}

export function snapshotOf(...checks: ('test' | 'lint')[]): RepositorySnapshot {
  return {
    languages: ['TypeScript'],
    buildSystems: [],
    ecosystems: [],
    packages: [],
    checks: checks.map((name) => ({
      name,
      id: name,
      line: `npm run ${name}`,
      cwd: '.',
      required: true,
      from: 'package.json',
      certainty: 'certain',
      report: 'text',
    })),
    installs: [],
    instructions: [],
    nestedInstructions: [],
    owners: [],
    testLayout: { files: 0, besideSources: 0, folders: [] },
    generatedFolders: [],
    fileCount: 3,
    notes: [],
  }
}
