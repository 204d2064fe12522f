import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { type HostEnvironment, machinePath } from './host-environment.ts'

/** Where the machine itself has a program: absolute, or undefined. */
export function findProgram(name: string, hostEnv: HostEnvironment): string | undefined {
  return machinePath(hostEnv)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
