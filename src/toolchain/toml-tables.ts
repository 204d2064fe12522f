// As much of TOML as pyproject.toml needs here: which tables there are, and arrays of strings in them.

/** Raw text of each table by its name. */
export function readTables(text: string): Map<string, string> {
  const tables = new Map<string, string>()
  let name = ''
  for (const line of text.split('\n')) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$/.exec(line)?.[1]
    if (header !== undefined && !/["',]/.test(header)) name = header
    tables.set(name, `${tables.get(name) ?? ''}${header === undefined || /["',]/.test(header) ? line : ''}\n`)
  }
  return tables
}

/** Names of the keys that hold an array. */
export function arrayNames(table: string): string[] {
  return [...table.matchAll(/^\s*"?([\w-]+)"?\s*=\s*\[/gm)].flatMap((match) => match[1] ?? [])
}

/** An array of strings; a table in it is none of them. Brackets inside of a string, as in `"uvicorn[standard]"`, do not end it. */
export function strings(table: string, key: string): string[] {
  const array =
    new RegExp(`^\\s*"?${key}"?\\s*=\\s*\\[((?:[^\\]"']|"[^"\\n]*"|'[^'\\n]*')*)\\]`, 'm').exec(table)?.[1] ?? ''
  return [...array.replace(/\{[^}]*\}/g, '').matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}
