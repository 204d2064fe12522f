// What other code could use before and cannot any more, told from the patch alone.
import type { PatchSection } from './patch-sections.ts'

interface Language {
  files: RegExp
  /** Declares something that others may use; its name is in the first group. */
  declares: RegExp
}

/** One of the words, which a space separates. */
function oneOf(words: string): string {
  return `(?:${words.split(' ').join('|')})`
}

const script = {
  modifiers: oneOf('default declare abstract async'),
  kinds: oneOf(String.raw`function\*? class const let var interface type enum namespace`),
}
const rust = {
  modifiers: oneOf('async const unsafe'),
  kinds: oneOf('fn struct enum trait type mod static const'),
}
const java = {
  modifiers: oneOf('static final abstract sealed async override virtual synchronized'),
  kinds: oneOf('class interface enum record struct'),
  /** Of a method or field. */
  type: String.raw`[\w<>[\],.? ]+`,
  next: String.raw`\s*(?:[({<:]|$|extends|implements)`,
}

const languages: Language[] = [
  {
    files: /\.([cm]?[jt]sx?)$/,
    declares: new RegExp(String.raw`^export\s+(?:${script.modifiers}\s+)*${script.kinds}\s+([A-Za-z_$][\w$]*)`),
  },
  { files: /\.pyi?$/, declares: /^(?:async\s+def|def|class)\s+([A-Za-z]\w*)/ },
  { files: /\.go$/, declares: /^(?:func(?:\s+\([^)]*\))?|type|var|const)\s+([A-Z]\w*)/ },
  { files: /\.rs$/, declares: new RegExp(String.raw`^\s*pub\s+(?:${rust.modifiers}\s+)*${rust.kinds}\s+(\w+)`) },
  {
    files: /\.(java|cs)$/,
    declares: new RegExp(
      String.raw`^\s*public\s+(?:${java.modifiers}\s+)*(?:${java.kinds}|${java.type})\s+(\w+)${java.next}`,
    ),
  },
]

export interface ChangedExport {
  path: string
  name: string
  /** The declaration as it was. */
  before: string
  /** As it is now, wherever it stands; undefined: it is gone. */
  after: string | undefined
}

/** Exported declarations of sources that went or read otherwise now. What moved to another file is not gone. */
export function changedExports(sections: PatchSection[], isSource: (path: string) => boolean): ChangedExport[] {
  const sources = sections.filter(({ file }) => isSource(file.path))
  const now = new Map(sources.flatMap(({ file, added }) => declarations(file.path, added)))
  return sources.flatMap(({ file, removed }) =>
    declarations(file.path, removed).flatMap(([name, before]) => {
      const after = now.get(name)
      return after === before ? [] : [{ path: file.path, name, before, after }]
    }),
  )
}

/** Name → its line up to where the body begins. */
function declarations(path: string, lines: string[]): [name: string, line: string][] {
  const declares = languages.find(({ files }) => files.test(path))?.declares
  if (declares === undefined) return []
  return lines.flatMap((line): [string, string][] => {
    const name = declares.exec(line)?.[1]
    return name === undefined ? [] : [[name, signature(line)]]
  })
}

/** A value and a body may change as they like: only what stands before them is seen by others. */
function signature(line: string): string {
  const text = line.trim().replace(/\s+/g, ' ')
  if (/\b(?:const|let|var|type|static)\b/.test(text) && !/\)\s*\{/.test(text)) return text.replace(/\s*=.*$/, '')
  return text
    .replace(/\)([^(){]*)\{.*$/, ')$1')
    .replace(/^([^(]*?)\{.*$/, '$1')
    .replace(/\s*:?\s*$/, '')
}
