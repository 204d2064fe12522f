import type { Permission } from './github.ts'

const writers: readonly Permission[] = ['admin', 'maintain', 'write']

/** Whose labels and commands count, and to whom anything is said. */
export function mayCommand(permission: Permission): boolean {
  return writers.includes(permission)
}
