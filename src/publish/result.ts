import type { PlannedTask } from '../plan/planned-task.ts'
import type { Permitted } from '../policy/autonomy.ts'
import type { BaseFacts } from '../task/task-host.ts'
import type { Proof } from '../verify/feedback.ts'

/** What all the stages before publishing came to. */
export interface Result extends PlannedTask {
  facts: BaseFacts
  /** The gate's last word on the plan. */
  decision?: Permitted
  /** Undefined when no round ran, which the policy's limits do not allow. */
  proof: Proof | undefined
}
