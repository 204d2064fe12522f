// The test cases of a report in JUnit's XML. Only tags, attributes and text are read: no entity is ever defined or fetched.

export interface XmlCase {
  attributes: Record<string, string>
  status: 'passed' | 'failed' | 'skipped'
  /** The `message` of what failed; empty when it has none. */
  message: string
  /** What stands inside of the failure: a trace, mostly. */
  text: string
}

/** Every `<testcase>` in order; one with `<failure>` or `<error>` failed. Throws when the text ends inside of one. */
export function readXmlCases(xml: string): XmlCase[] {
  const text = escapeSections(xml)
  const cases: XmlCase[] = []
  const pattern = /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(\/>|>)/g
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = match[2] === '/>' ? pattern.lastIndex : text.indexOf('</testcase>', pattern.lastIndex)
    if (end < 0) throw new Error('the report ends inside of a test')
    cases.push(readCase(readAttributes(match[1] ?? ''), text.slice(pattern.lastIndex, end)))
    pattern.lastIndex = end
  }
  return cases
}

function readCase(attributes: XmlCase['attributes'], body: string): XmlCase {
  const failure = /<(failure|error)\b((?:[^>"']|"[^"]*"|'[^']*')*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body)
  if (failure === null) {
    return { attributes, status: /<skipped\b/.test(body) ? 'skipped' : 'passed', message: '', text: '' }
  }
  const { message = '' } = readAttributes(failure[2] ?? '')
  return { attributes, status: 'failed', message, text: decode(failure[3] ?? '') }
}

/** A CDATA section may hold what looks like a tag, such as what a test printed; as escaped text it cannot. */
export function escapeSections(xml: string): string {
  return xml.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, inner: string) =>
    inner.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  )
}

export function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name, double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (name !== undefined) attributes[name] = decode(double ?? single ?? '')
  }
  return attributes
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

/** Character references and the five entities that XML itself has; any other one stays as it is written. */
export function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
