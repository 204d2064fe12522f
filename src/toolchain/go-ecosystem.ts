import { posix } from 'node:path'
import { owns } from './project-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, Ecosystem, EcosystemFacts, ReadFile } from './toolchain.ts'

/** Go modules, each by its go.mod, also where a go.work joins them: its `go test ./...` would run one of them only. */
export const goEcosystem: Ecosystem = {
  name: 'go',
  reportOf: (command) => (/^go test(\s|$)/.test(command) && !/\s-json\b/.test(command) ? 'go-json' : undefined),
  async detect(files, read) {
    const folders = files
      .filter((path) => posix.basename(path) === 'go.mod' && !passedOver.test(path))
      .map((path) => posix.dirname(path))
      .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
    const modules = folders.slice(0, maxModules)
    const facts = await Promise.all(modules.map((folder) => moduleFacts(folder, { files, read, folders })))
    const [first] = facts
    if (first !== undefined && folders.length > modules.length) first.notes.push(tooMany(folders.length))
    return facts
  },
}

/** Go itself leaves these out. */
const passedOver = /(^|\/)(vendor|testdata|node_modules|_[^/]*|\.[^/]+)\//
const maxModules = 20

function tooMany(found: number): string {
  return `${found} Go modules were found; the checks run in the first ${maxModules}.`
}

function depth(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length
}

interface Repository {
  files: string[]
  read: ReadFile
  /** Of all modules. */
  folders: string[]
}

async function moduleFacts(folder: string, { files, read, folders }: Repository): Promise<EcosystemFacts> {
  const own = files.filter((path) => path.endsWith('.go') && owns(folder, path, folders) && !passedOver.test(path))
  const manifest = (await read(posix.join(folder, 'go.mod'))) ?? ''
  const install = installOf(folder, manifest, files)
  return {
    name: 'go',
    language: 'Go',
    buildSystem: 'go',
    root: folder,
    packages: [{ name: /^module\s+"?([^\s"]+)/m.exec(manifest)?.[1] ?? posix.basename(folder), folder }],
    tools: ['go'],
    ...(install === undefined ? {} : { install }),
    checks: own.length === 0 ? [] : moduleChecks(folder, own, files),
    formatFiles: (paths) => ({ line: `gofmt -w ${relativeTo(folder, paths).join(' ')}`, cwd: folder }),
    targetedTest: (paths) => targetedTest(folder, paths),
    reads: (path) => path.endsWith('.go'),
    isTest: (path) => path.endsWith('_test.go') && owns(folder, path, folders),
    isGenerated: (path) =>
      /(^|\/)vendor\/|(^|\/)go\.sum$|\.pb(\.gw)?\.go$|(^|\/)zz_generated\.[\w.]*go$|_string\.go$/.test(path),
    notes: [],
  }
}

function moduleChecks(folder: string, own: string[], files: string[]): CheckCommand[] {
  const from = posix.join(folder, 'go.mod')
  const vet = goCheck(folder, { name: 'typecheck', id: 'vet', line: 'go vet ./...', from, certainty: 'guessed' })
  const linter = ['.golangci.yml', '.golangci.yaml', '.golangci.toml', '.golangci.json'].find((name) =>
    files.includes(posix.join(folder, name)),
  )
  const lint =
    linter === undefined
      ? []
      : [
          goCheck(folder, {
            name: 'lint',
            id: 'golangci-lint',
            line: 'golangci-lint run',
            from: linter,
            certainty: 'likely',
          }),
        ]
  const test = goCheck(folder, { name: 'test', id: 'test', line: 'go test ./...', from, certainty: 'likely' })
  // The linter is a program of its own that few machines have: without it the tests still tell.
  const optional = lint.map((check) => ({ ...check, required: false }))
  return [
    vet,
    ...optional,
    ...(own.some((path) => path.endsWith('_test.go')) ? [{ ...test, report: 'go-json' as const }] : []),
  ]
}

/** Whole packages: a file alone would not see the others of its package. */
function targetedTest(folder: string, paths: string[]): CheckCommand {
  const packages = [...new Set(paths.map((path) => posix.dirname(posix.relative(folder, path))))]
  const words = packages.map((one) => (one === '.' ? '.' : quoteWord(`./${one}`)))
  const check = goCheck(folder, {
    name: 'test',
    id: 'targeted',
    line: `go test ${words.join(' ')}`,
    from: posix.join(folder, 'go.mod'),
    certainty: 'likely',
  })
  return { ...check, report: 'go-json' }
}

function goCheck(
  folder: string,
  given: Pick<CheckCommand, 'name' | 'id' | 'line' | 'from' | 'certainty'>,
): CheckCommand {
  const id = folder === '.' ? given.id : `${given.id}:${folder}`
  // Without a network, nothing is to be looked for there: no module, and no other version of Go.
  const env = { GOPROXY: 'off', GOTOOLCHAIN: 'local' }
  return { ...given, id, cwd: folder, required: true, report: 'text', env }
}

function installOf(folder: string, manifest: string, files: string[]): EcosystemFacts['install'] {
  const needs = /^\s*require\b/m.test(manifest)
  if (!needs || files.includes(posix.join(folder, 'vendor/modules.txt'))) return undefined
  return {
    line: 'go mod download',
    cwd: folder,
    from: posix.join(folder, 'go.mod'),
    allowedHosts: ['proxy.golang.org', 'sum.golang.org'],
    certainty: 'likely',
    required: true,
    keeps: { parts: ['~/go/pkg/mod'], versions: 'go version' },
  }
}

function relativeTo(folder: string, paths: string[]): string[] {
  return paths.map((path) => quoteWord(posix.relative(folder, path)))
}
