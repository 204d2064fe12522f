// Where a name is defined, told from one line, in the languages that are common.

/** True where the line defines what the term names: a function, a method, a type, or a variable of the file. */
export function defines(term: string, line: string, ignoreCase: boolean): boolean {
  const name = escapedName(term)
  return name !== undefined && definesName(name, line, ignoreCase)
}

/** True where the line defines something whose name holds the term: `quarter_of` of `quarter`. */
export function definesWith(term: string, line: string): boolean {
  const name = escapedName(term)
  return name !== undefined && definesName(`[\\w$]*${name}[\\w$]*`, line, true)
}

function escapedName(term: string): string | undefined {
  const name = nameOf(term)
  return /^[\w$]+[?!]?$/.test(name) ? name.replace(/[$?!]/g, '\\$&') : undefined
}

function definesName(name: string, line: string, ignoreCase: boolean): boolean {
  return definitions(`${name}(?![\\w$])`).some((pattern) => new RegExp(pattern, ignoreCase ? 'i' : '').test(line))
}

/** As the languages write it that are common; what is taken for a definition and is none only ranks a file too high. */
function definitions(name: string): string[] {
  const keyword =
    'function\\*?|class|def|interface|type|enum|struct|trait|union|fn|func|fun|module|record|object|protocol'
  // Of Go `func (r *Router) Name`, of Ruby `def self.name`, of Kotlin `fun String.name`.
  const owner = '(?:\\([^)]*\\)\\s*|[\\w<>]+\\.)?'
  const modifier =
    'public|private|protected|internal|static|final|abstract|async|override|virtual|synchronized|sealed|get|set'
  return [
    `\\b(?:${keyword})\\s+${owner}${name}`,
    // An indented one is a local variable, whose name says nothing.
    `^(?:export\\s+|pub\\s+)?(?:const|let|var|val|static)\\s+(?:mut\\s+)?${name}`,
    `^${name}\\s*(?::[^=]+)?=(?![=>])`,
    `^\\s*(?:(?:${modifier})\\s+)*${name}\\s*\\([^)]*\\)\\s*(?::[^{]+)?{\\s*$`,
    // A method with its type in front of it, as Java and C# have it.
    `^\\s*(?:(?:${modifier})\\s+)+[\\w<>\\[\\],.? ]+\\s${name}\\s*\\(`,
  ]
}

/** Of `def pop`, `parse()` and the like: the name in it. */
export function nameOf(term: string): string {
  return term
    .replace(
      /^(?:pub |async |public |static )*(?:def|class|function|const|interface|type|fn|func|fun|struct|enum|trait) (?:self\.)?/,
      '',
    )
    .replace(/\(\)$/, '')
}
