import { distance } from 'fastest-levenshtein'

const maxNear = 3

/** At most three files that may have been meant: those of the same name, else those of a name alike by edit distance; of equals the one whose folder is nearest. */
export function nearestPaths(path: string, files: ReadonlySet<string>): string[] {
  const name = nameOf(path).toLowerCase()
  const alike = [...files]
    .map((file) => ({ file, steps: distance(name, nameOf(file).toLowerCase()) }))
    .filter(({ steps }) => steps <= Math.max(1, Math.floor(name.length / 4)))
  const same = alike.filter(({ steps }) => steps === 0)
  return (same.length > 0 ? same : alike)
    .map(({ file, steps }) => ({ file, steps, apart: distance(path, file) }))
    .sort((a, b) => a.steps - b.steps || a.apart - b.apart)
    .slice(0, maxNear)
    .map(({ file }) => file)
}

/** What is said of a path that is not there, with the files that may have been meant. */
export function lostPath(path: string, files: ReadonlySet<string>): string {
  const near = nearestPaths(path, files)
  return `There is no ${path}.${near.length > 0 ? ` Close to it: ${near.join(', ')}.` : ''}`
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path
}
