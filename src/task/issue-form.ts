// Issue forms arrive as Markdown: `### Label`, a blank line, the answer.

const unanswered = /^(_no response_|n\/?a|none|-)?$/i

/** Answers by heading, in order; headings that were left empty are not there. Empty when the body is no form. */
export function issueFormFields(body: string): { label: string; answer: string }[] {
  const parts = withoutFences(body).split(/^### +(.+)$/m)
  const fields: { label: string; answer: string }[] = []
  for (let at = 1; at < parts.length; at += 2) {
    const label = parts[at]?.replace(/[:#*\s]+$/, '').trim() ?? ''
    const answer = restore(parts[at + 1] ?? '', body).trim()
    if (label !== '' && !unanswered.test(answer)) fields.push({ label, answer })
  }
  return fields
}

export interface FormFacts {
  /** What has to hold afterwards, one entry a line or list item. */
  acceptanceCriteria: string[]
  /** Text of the fields that ask for files, components or paths. */
  places: string
}

/** What the fields with well-known labels say. */
export function formFacts(body: string): FormFacts {
  const fields = issueFormFields(body)
  const of = (pattern: RegExp) => fields.filter(({ label }) => pattern.test(label)).map(({ answer }) => answer)
  return {
    acceptanceCriteria: of(/acceptance|definition of done|expected (behaviou?r|result|outcome)|done when/i).flatMap(
      entries,
    ),
    places: of(/\b(files?|paths?|components?|packages?|modules?|where)\b/i).join('\n'),
  }
}

function entries(answer: string): string[] {
  const items = answer
    .split('\n')
    .map((line) => line.replace(/^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/, '').trim())
    .filter((line) => line !== '' && !/^(```|~~~)/.test(line))
  return items.slice(0, 10).map((line) => line.slice(0, 1_000))
}

const fence = /^(```|~~~)[\s\S]*?^\1[ \t]*$/gm

/** A heading inside a code block is part of the answer: fences are put aside while the headings are looked for. */
function withoutFences(body: string): string {
  let index = 0
  return body.replace(fence, () => `\u0000${index++}\u0000`)
}

function restore(part: string, body: string): string {
  const fences = body.match(fence) ?? []
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the mark that withoutFences leaves; sanitising has removed it from the text
  return part.replace(/\u0000(\d+)\u0000/g, (_, index: string) => fences[Number(index)] ?? '')
}
