import { extname } from 'node:path/posix'
import type { Decline } from './decline.ts'
import { mayWrite, type PathPolicy } from './paths.ts'

/** Named files are candidates, not orders: only a task that names nothing else cannot be done elsewhere. */
export function refusedFiles(files: string[], policy: PathPolicy): Decline | undefined {
  const refused = files.flatMap((path) => {
    const verdict = mayWrite(path.replace(/\/$/, ''), policy)
    // An issue also names folders, which have no extension: where to look is not what is written.
    const folder = !verdict.allowed && verdict.rule === 'extension' && extname(path) === ''
    return verdict.allowed || folder ? [] : [verdict.message]
  })
  return refused.length > 0 && refused.length === files.length
    ? { code: 'protected_path', evidence: refused }
    : undefined
}
