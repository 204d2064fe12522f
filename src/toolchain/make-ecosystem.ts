// Makefile and justfile: what a repository says of its checks where nothing else that we know tells.
import { posix } from 'node:path'
import { type CheckCommand, type CheckName, checkNames, type Ecosystem, type ReadFile } from './toolchain.ts'

/** The targets of the root's file alone, without test names: how they run their tests is their own affair. */
export const makeEcosystem: Ecosystem = {
  name: 'make',
  async detect(files, read) {
    const found = await Promise.all(programs.map((program) => targetsOf(program, files, read)))
    const checks = checkNames.flatMap(
      (name) => found.flatMap((one) => one.flatMap((target) => checkOf(name, target)))[0] ?? [],
    )
    const [first] = checks
    if (first === undefined) return []
    return [
      {
        name: 'make',
        language: languageOf(files),
        buildSystem: first.line.split(' ')[0] ?? 'make',
        root: '.',
        packages: [],
        tools: [],
        checks,
        targetedTest: () => undefined,
        reads: (path) => code.test(path),
        isTest: (path) => code.test(path) && isTest(path),
        isGenerated: (path) => /(^|\/)(build|dist|out|target|vendor)\//.test(path),
        notes: [],
      },
    ]
  },
}

interface Program {
  name: string
  files: string[]
  /** The names of what it can run, each at the begin of a line. */
  targets: RegExp
}

const programs: Program[] = [
  { name: 'make', files: ['GNUmakefile', 'makefile', 'Makefile'], targets: /^([A-Za-z0-9][\w./ -]*?)\s*::?(?![=:])/gm },
  { name: 'just', files: ['justfile', 'Justfile', '.justfile'], targets: /^@?([A-Za-z_][\w-]*)(?:\s[^:\n]*)?:(?!=)/gm },
]

const targetNames: Record<CheckName, string[]> = {
  format: ['fmt-check', 'format-check', 'check-format', 'check-fmt', 'format/check', 'fmt/check'],
  typecheck: ['typecheck', 'type-check', 'types', 'check-types'],
  lint: ['lint', 'check-lint', 'lint-check'],
  test: ['test', 'tests', 'check', 'unit-test', 'test-unit', 'unittest'],
}

interface Target {
  program: string
  file: string
  target: string
}

async function targetsOf({ name, files, targets }: Program, all: string[], read: ReadFile): Promise<Target[]> {
  const file = files.find((one) => all.includes(one))
  const text = file === undefined ? undefined : await read(file)
  if (file === undefined || text === undefined) return []
  const names = [...text.matchAll(targets)].flatMap((match) => (match[1] ?? '').split(/\s+/))
  return [...new Set(names)].map((target) => ({ program: name, file, target }))
}

/** Of several targets that would do, the first of our list; the answer is empty for all others. */
function checkOf(name: CheckName, { program, file, target }: Target): CheckCommand[] {
  if (!targetNames[name].includes(target)) return []
  return [
    {
      name,
      id: name,
      line: `${program} ${target}`,
      cwd: '.',
      required: true,
      from: `${file} target ${target}`,
      certainty: 'certain',
      report: 'text',
    },
  ]
}

const languages: Record<string, string> = {
  c: 'C',
  h: 'C',
  cc: 'C++',
  cpp: 'C++',
  cxx: 'C++',
  hpp: 'C++',
  sh: 'Shell',
  bash: 'Shell',
  bats: 'Shell',
  lua: 'Lua',
  ex: 'Elixir',
  exs: 'Elixir',
  erl: 'Erlang',
  hs: 'Haskell',
  ml: 'OCaml',
  zig: 'Zig',
  swift: 'Swift',
  scala: 'Scala',
  clj: 'Clojure',
  dart: 'Dart',
  pl: 'Perl',
  pm: 'Perl',
  t: 'Perl',
  r: 'R',
  jl: 'Julia',
  nim: 'Nim',
}
const code = new RegExp(`\\.(${Object.keys(languages).join('|')})$`, 'i')

/** That of most files. */
function languageOf(files: string[]): string {
  const counts = new Map<string, number>()
  for (const path of files) {
    const language = languages[posix.extname(path).slice(1).toLowerCase()]
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'unknown'
}

function isTest(path: string): boolean {
  return /(^|\/)(tests?|t|spec)\//.test(path) || /(^|\/)test[_-]|[._-](test|spec)s?\.\w+$|\.(bats|t)$/.test(path)
}
