// The little of the shell's language that is needed to read a script and to add arguments to it.

/** Quoted so that `sh` reads exactly this one word. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The words of a simple command; quotes are taken off. Undefined when it holds what only a shell can read. */
export function simpleWords(line: string): string[] | undefined {
  if (/[`$;&|<>()\n\\]/.test(line)) return undefined
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single))
}

/** Appends arguments to what the line runs last; through npm they go behind `--`, or npm would read them itself. */
export function withArguments(line: string, args: string): string {
  const throughNpm = /^\s*npm\s/.test(line) && !/\s--(\s|$)/.test(line)
  return throughNpm ? `${line} -- ${args}` : `${line} ${args}`
}

/** What the line prints goes into the file, in its order, and its exit code stays. */
export function intoFile(line: string, file: string): string {
  return `${line} > ${file} 2>&1`
}

/** The last command of a script: arguments that are appended to the script reach only that one. */
export function lastCommand(script: string): string {
  return (script.split(/&&|\|\||;|\|/).at(-1) ?? '').trim()
}
