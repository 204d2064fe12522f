// A policy file as somebody with write access to the repository has it. Without the defence: what YAML makes of it.
import { randomBytes } from 'node:crypto'
import { parse } from 'yaml'
import { mayWrite } from '../../../src/policy/paths.ts'
import { defaultCeilings, type Policy, parsePolicy } from '../../../src/policy/policy.ts'
import { type Defence, inScenes } from './hostile-case.ts'

export interface PolicyScene extends AsyncDisposable {
  defence: Defence
  token: string
  /** What a run would work with; undefined where the file is refused. */
  read(text: string): Policy | undefined
  mayWrite(path: string, policy: Policy): boolean
}

export const policyCase = inScenes(
  'policy',
  async (defence): Promise<PolicyScene> => ({
    defence,
    token: `TOKEN-${randomBytes(12).toString('hex')}`,
    read(text) {
      if (defence === 'off') return parse(text, { uniqueKeys: false, merge: true, logLevel: 'silent' }) as Policy
      const parsed = parsePolicy(text, ceilings)
      return parsed.kind === 'ok' ? parsed.policy : undefined
    },
    mayWrite: (path, policy) => (defence === 'off' ? policy.scope.include.length > 0 : mayWrite(path, policy).allowed),
    async [Symbol.asyncDispose]() {},
  }),
)

const own = {
  analyst: 'claude-sonnet-5-5',
  planner: 'claude-sonnet-5-5',
  coder: 'claude-sonnet-5-5',
  reviewer: 'claude-sonnet-5-5',
}
const ceilings = { ...defaultCeilings, models: own }

/** True when reading it takes longer than any policy may. */
export function stalls(work: () => unknown): boolean {
  const started = performance.now()
  try {
    work()
  } catch {
    // Refused is fine.
  }
  return performance.now() - started > 3_000
}
