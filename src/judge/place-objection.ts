// A reviewer model may name a file or a line that is not there. People are sent only to places that they find.
import type { ShownFile } from './shown-diff.ts'
import type { Objection } from './verdict.ts'

/** A number that is wrong by no more means the line of the diff that is nearest to it. */
const nearby = 10

/**
 * The objection at a place of the diff. A file that the change does not touch is no place, and is said in words instead:
 * what is wrong may show there. The objection itself always stays.
 */
export function placeObjection({ path: said = '', line, ...rest }: Objection, files: ShownFile[]): Objection {
  const { path, number } = parsePlace(said)
  if (path === '') return rest
  const file = files.find((shown) => shown.path === path)
  if (file === undefined)
    return { ...rest, message: `${rest.message} (Said of ${path}, which the change leaves as it is.)` }
  const at = nearestLine(file, line ?? number)
  return { ...rest, path, ...(at !== undefined && { line: at }) }
}

/** As it is said: `./src/a.js:12`. */
function parsePlace(said: string): { path: string; number: number | undefined } {
  const [, path = '', number] = /^(?:\.\/)*(.*?)(?::(\d+))?$/.exec(said.trim()) ?? []
  return { path, number: number === undefined ? undefined : Number(number) }
}

function nearestLine({ places }: ShownFile, line: number | undefined): number | undefined {
  if (line === undefined) return undefined
  const away = (number: number) => Math.abs(number - line)
  const [nearest] = places
    .flat()
    .flatMap(({ number }) => number ?? [])
    .toSorted((a, b) => away(a) - away(b))
  return nearest !== undefined && away(nearest) <= nearby ? nearest : undefined
}
