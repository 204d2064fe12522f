import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelReply, ModelRequest } from '../../src/model/model.ts'
import type { ImplementationPlan } from '../../src/plan/plan.ts'
import type { NewRun } from '../../src/run/ledger.ts'
import type { Approval, Choice } from '../../src/run/question.ts'

export const silent = { info: () => {}, warn: () => {}, error: () => {} }

export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'draftsmith-run-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** A request for a task of its own in a repository of its own. */
export function newRun(changes: Partial<NewRun> = {}, requestedAt = '2026-01-01T00:00:00.000Z'): NewRun {
  const repositoryKey = changes.repositoryKey ?? unique('github:acme/shop')
  return {
    taskKey: unique(`${repositoryKey}#1`),
    repositoryKey,
    task: {
      source: { kind: 'github_issue', installationId: 1, owner: 'acme', repo: 'shop', number: 1 },
      title: 'Prices are rounded twice',
      body: 'A total of 0.125 shows as 0.14.',
      removed: [],
      labels: ['agent-eligible'],
      requestedBy: 'mona',
      requestedAt,
    },
    force: false,
    ...changes,
  }
}

export function modelRequest(text: string): ModelRequest {
  return {
    role: 'coder',
    model: 'claude-test',
    system: 'You repair code.',
    tools: [],
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    maxTokens: 1_000,
  }
}

export function modelReply(text: string, usage: Partial<ModelReply['usage']> = {}): ModelReply {
  return {
    content: [{ type: 'text', text }],
    stopReason: 'end_turn',
    usage: { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0, ...usage },
    model: 'claude-test-1',
  }
}

/** A question with that hash, about a plan of one file. */
export function approvalOf(hash: string, more: Partial<Approval> = {}): Approval {
  return { kind: 'approval', hash, baseCommit: 'a'.repeat(40), plan: somePlan, reasons: ['It is large.'], ...more }
}

export function choiceOf(hash: string, options = ['Round up', 'Round down']): Choice {
  const escalation = { reason: 'The issue says both.', evidence: [], options, recommended: 1 }
  return { kind: 'choice', about: 'plan', hash, baseCommit: 'a'.repeat(40), plan: somePlan, escalation }
}

const somePlan: ImplementationPlan = {
  summary: 'Round once.',
  modifications: [
    {
      id: 'fix',
      path: 'src/total.js',
      kind: 'modify',
      title: 'Round the sum',
      reason: 'Each price was rounded.',
      dependsOn: [],
      test: false,
      estimatedLines: 2,
    },
  ],
  removedTests: [],
  risks: [],
  questions: [],
  feasible: true,
}
