// What the policy asks of a plan, told before it is made: found out from a refusal, it would cost a turn, or an approval that nobody needed.
import type { Policy } from '../policy/policy.ts'
import type { TaskContract } from '../task/contract.ts'

export function describeLimits({ scope }: Pick<TaskContract, 'scope'>, { limits, approval }: Policy): string {
  const size = `${limits.files} files and ${limits.addedLines} added lines`
  return [
    approval.size === 'decline'
      ? `A plan above ${size} is declined.`
      : `A plan above ${size} waits for a person's approval.`,
    ...(approval.paths.length > 0
      ? [`One that changes any of these waits for a person's approval: ${approval.paths.join(', ')}`]
      : []),
    ...(scope.include.length > 0 ? [`Only these may be changed: ${scope.include.join(', ')}`] : []),
    ...(scope.exclude.length > 0 ? [`These may not be changed: ${scope.exclude.join(', ')}`] : []),
  ].join('\n')
}
