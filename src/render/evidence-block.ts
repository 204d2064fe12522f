// The evidence as data in the description of a pull request: read back by `draftsmith verify`, and not seen by people.
import { type Evidence, evidenceSchema, withoutNames } from '../verify/evidence.ts'

/** Characters. GitHub takes 65,536 for the whole description. */
const longestBlock = 20_000

const pattern = /^<!-- draftsmith:evidence (\{.*\}) -->$/m

/** An HTML comment of one line; names are left out where they are too long, and all of it where that does not help. */
export function renderEvidenceBlock(evidence: Evidence): string | undefined {
  return [evidence, withoutNames(evidence)].map(block).find((text) => text.length <= longestBlock)
}

/** Undefined where there is none, or somebody changed it beyond reading. */
export function parseEvidenceBlock(body: string): Evidence | undefined {
  const [, text] = pattern.exec(body) ?? []
  if (text === undefined) return undefined
  try {
    return evidenceSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Escaped so that no name can end the line or the comment, mention a person or close an issue. */
function block(evidence: Evidence): string {
  const text = JSON.stringify(evidence).replace(
    /[<>@#&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `<!-- draftsmith:evidence ${text} -->`
}
