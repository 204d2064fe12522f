// Data in an HTML comment at the head of what we write: `<!-- draftsmith:status run=r-… state=running -->`.
// Model text is escaped before it gets near, so that only we can write one.

/** Values without spaces; undefined ones are left out. */
export function renderHiddenData(kind: string, data: Record<string, string | number | boolean | undefined>): string {
  const pairs = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
  return `<!-- draftsmith:${kind} ${pairs.join(' ')} -->`
}

/** From the first line only; undefined when it is not ours. */
export function parseHiddenData(kind: string, text: string): Record<string, string> | undefined {
  const [first = ''] = text.trimStart().split(/\r?\n/)
  const [, pairs] = new RegExp(`^<!-- draftsmith:${kind} (.*) -->$`).exec(first.trim()) ?? []
  if (pairs === undefined) return undefined
  return Object.fromEntries(
    pairs.split(' ').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at > 0 ? [[pair.slice(0, at), decoded(pair.slice(at + 1))]] : []
    }),
  )
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
