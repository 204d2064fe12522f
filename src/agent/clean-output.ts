import { stripVTControlCharacters } from 'node:util'

export interface CleanOptions {
  /** Absolute paths that stand for the work tree; they become relative. */
  roots: string[]
  /** UTF-8 bytes kept at most. Default 8 KiB. */
  maxBytes?: number
}

/** Lines that package managers and runtimes add, which say nothing about the repository. */
const notices = [
  /^npm (notice|warn|WARN)\b/,
  /^(added|removed|changed|up to date|audited)\b.*\bpackages?\b/,
  /^\d+ packages? (is|are) looking for funding/,
  /^\s*run `npm (fund|audit)[^`]*`/,
  /^found \d+ vulnerabilities/,
  /^(\[notice\]|WARNING: (Running pip|You are using pip))/,
  /^\(node:\d+\) (\[\w+\] )?(Experimental|Deprecation)?Warning/,
  /^\(Use `node --trace-(warnings|deprecation)/,
  /^(info Visit https:\/\/yarnpkg|warning package\.json: No license field)/,
]

/** A command's output as a model should read it: no colours, no notices, paths from the work tree, head and tail within the bound. */
export function cleanOutput(output: string, options: CleanOptions): string {
  const lines = stripVTControlCharacters(output)
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).trimEnd())
    .filter((line) => !notices.some((notice) => notice.test(line)))
  const text = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '')
  return bounded(relative(text, options.roots), options.maxBytes ?? 8 * 1024)
}

function relative(text: string, roots: string[]): string {
  const longestFirst = roots.filter((root) => root.length > 1).sort((a, b) => b.length - a.length)
  return longestFirst.reduce((result, root) => {
    const escaped = root.replace(/\/+$/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return result.replace(new RegExp(`(?:file://)?(?<![\\w.-])${escaped}(/|(?![\\w.-]))`, 'g'), (_, slash) =>
      slash ? '' : '.',
    )
  }, text)
}

/** A quarter from the beginning, the rest from the end, where runners put their summaries; whole lines as far as possible. */
function bounded(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  const head = wholeLines(bytes.subarray(0, Math.floor(maxBytes / 4)).toString(), 'head')
  const tail = wholeLines(bytes.subarray(bytes.length - Math.floor((maxBytes * 3) / 4) + 64).toString(), 'tail')
  const missing = bytes.length - Buffer.byteLength(head) - Buffer.byteLength(tail)
  return `${head}\n… ${missing} bytes left out …\n${tail}`
}

function wholeLines(text: string, part: 'head' | 'tail'): string {
  const clean = text.replaceAll('\uFFFD', '')
  const cut = part === 'head' ? clean.lastIndexOf('\n') : clean.indexOf('\n')
  if (cut === -1) return clean
  return part === 'head' ? clean.slice(0, cut) : clean.slice(cut + 1)
}
