// The few lines of shell around a command's own: limits that the kernel keeps per process, and one stream of output.
import { posix } from 'node:path'
import { Fault } from '../errors.ts'
import type { ResourceLimits } from './sandbox.ts'

/** `ulimit -f` counts blocks of this size (POSIX). */
const blockBytes = 512

export interface InnerScriptOptions {
  /** Shell that runs first, once output and limits are set. */
  before?: string
  limitProcesses: boolean
  /**
   * The shell is the first process of its namespace. It stays until the command ends: the kernel spares a first process
   * from signals, and leaves it the dead of others to bury. This shell runs after the command; its descriptor 4 is the
   * launcher's own stream.
   */
  atTheEnd?: string
}

/** Run as `sh -c SCRIPT sh CWD LINE`. */
export function innerScript(limits: ResourceLimits, options: InnerScriptOptions): string {
  const { before, atTheEnd, limitProcesses } = options
  return [
    atTheEnd === undefined ? 'exec 2>&1 3>&-' : 'exec 4>&2 2>&1 3>&-',
    'ulimit -c 0',
    `ulimit -n ${limits.openFiles}`,
    `ulimit -f ${Math.ceil(limits.fileBytes / blockBytes)}`,
    // dash and bash name this limit differently.
    ...(limitProcesses ? [`ulimit -u ${limits.processes} 2>/dev/null || ulimit -p ${limits.processes}`] : []),
    ...(before === undefined ? [] : ['{', before, '} 4>&-']),
    'cd -- "$1" || exit 126',
    ...(atTheEnd === undefined ? ['exec /bin/sh -c "$2"'] : whileItRuns(atTheEnd)),
  ].join('\n')
}

function whileItRuns(atTheEnd: string): string[] {
  return ['exec 3>&1 >/dev/null 2>&1', '/bin/sh -c "$2" >&3 2>&1 3>&- 4>&-', 'ended=$?', atTheEnd, 'exit "$ended"']
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
