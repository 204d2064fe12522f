/** `name=value,name=value`, values percent-encoded as in a URL; undefined when it is not that. */
export function parseHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const [, name, value] = /^\s*([\w-]+)\s*=(.*)$/.exec(pair) ?? []
    const decoded = value === undefined ? undefined : decode(value.trim())
    if (name === undefined || decoded === undefined) return undefined
    headers[name.toLowerCase()] = decoded
  }
  return headers
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
