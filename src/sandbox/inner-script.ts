// The few lines of shell around a command's own: limits that the kernel keeps per process, and one stream of output.
import { posix } from 'node:path'
import { Fault } from '../errors.ts'
import type { ResourceLimits } from './sandbox.ts'

/** `ulimit -f` counts blocks of this size (POSIX). */
const blockBytes = 512

/** Run as `sh -c SCRIPT sh CWD LINE`; `before` is shell that runs first, once output and limits are set. */
export function innerScript(limits: ResourceLimits, options: { before?: string; limitProcesses: boolean }): string {
  return [
    'exec 2>&1 3>&-',
    'ulimit -c 0',
    `ulimit -n ${limits.openFiles}`,
    `ulimit -f ${Math.ceil(limits.fileBytes / blockBytes)}`,
    // dash and bash name this limit differently.
    ...(options.limitProcesses ? [`ulimit -u ${limits.processes} 2>/dev/null || ulimit -p ${limits.processes}`] : []),
    ...(options.before === undefined ? [] : [options.before]),
    'cd -- "$1" || exit 126',
    'exec /bin/sh -c "$2"',
  ].join('\n')
}

/** The folder below `root`. Throws `invalid_input`/`cwd_outside` when it leads out. */
export function folderBelow(root: string, cwd = '.'): string {
  const folder = posix.normalize(cwd)
  if (posix.isAbsolute(folder) || folder === '..' || folder.startsWith('../') || folder.includes('\0')) {
    throw new Fault('invalid_input', 'cwd_outside', `The folder ${cwd} is not inside the work tree.`, {
      mend: 'Name the folder relative to the root of the repository.',
    })
  }
  return posix.join(root, folder)
}
