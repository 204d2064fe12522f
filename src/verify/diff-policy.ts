// The rules that held at every write, asked once more of the finished patch.
import { mayWrite } from '../policy/paths.ts'
import type { Policy } from '../policy/policy.ts'
import type { TreeChange } from '../publish/publication.ts'

export interface Violation {
  path: string
  rule: string
}

/** What of these changes must not be published, with the name of the rule. */
export function diffViolations(changes: TreeChange[], policy: Policy): Violation[] {
  return changes.flatMap(({ path, blob }) => {
    if (blob?.mode === '120000') return [{ path, rule: 'symbolic_link' }]
    const verdict = mayWrite(path, policy)
    return verdict.allowed ? [] : [{ path, rule: verdict.rule }]
  })
}
