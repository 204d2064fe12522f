// Commands for some files of a repository: each goes to the project it lies in.
import { reportOf } from './report-of-command.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, EcosystemFacts, RepositorySnapshot } from './toolchain.ts'

type Ecosystems = Pick<RepositorySnapshot, 'ecosystems'>

/** Commands that format exactly those files in place; empty when no formatter is configured for any of them. */
export function formatCommands(snapshot: RepositorySnapshot, paths: string[]): { line: string; cwd: string }[] {
  return snapshot.ecosystems.flatMap((facts) => {
    const own = paths.filter((path) => ownerOf(snapshot, path) === facts && !facts.isGenerated(path))
    return own.length === 0 || facts.formatFiles === undefined ? [] : [facts.formatFiles(own)]
  })
}

/** Checks that run exactly those test files, one a package; files that no runner can run alone are left out. */
export function targetedChecks(snapshot: RepositorySnapshot, testPaths: string[]): CheckCommand[] {
  const paths = [...new Set(testPaths)].sort()
  if (paths.length === 0) return []
  if (snapshot.targetedTest !== undefined) return [policyCheck(snapshot.targetedTest, paths)]
  const found = snapshot.ecosystems.flatMap((facts) => {
    const own = paths.filter((path) => ownerOf(snapshot, path) === facts)
    return own.length === 0 ? [] : perPackage(facts, own)
  })
  return withUniqueIds(found)
}

/** Checks that tell of those test files: they alone, or whole test checks where no runner can run some of them alone. */
export function checksOnTests(snapshot: RepositorySnapshot, testPaths: string[]): CheckCommand[] {
  const targeted = targetedChecks(snapshot, testPaths)
  if (targeted.length > 0 || testPaths.length === 0) return targeted
  return snapshot.checks.filter(({ name }) => name === 'test')
}

/** True for test code of any language that the repository has. */
export function isTestFile(snapshot: Ecosystems, path: string): boolean {
  return ownerOf(snapshot, path)?.isTest(path) ?? false
}

export function isGeneratedFile(snapshot: Ecosystems, path: string): boolean {
  return snapshot.ecosystems.some((facts) => facts.isGenerated(path))
}

/** The project of the right language whose folder is the deepest around the path. */
function ownerOf(snapshot: Ecosystems, path: string): EcosystemFacts | undefined {
  return snapshot.ecosystems
    .filter((facts) => (facts.root === '.' || path.startsWith(`${facts.root}/`)) && facts.reads(path))
    .sort((a, b) => b.root.length - a.root.length)[0]
}

function perPackage(facts: EcosystemFacts, paths: string[]): CheckCommand[] {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const folder = facts.targetedTest([path])?.cwd
    if (folder !== undefined) groups.set(folder, [...(groups.get(folder) ?? []), path])
  }
  return [...groups.values()].flatMap((group) => facts.targetedTest(group) ?? [])
}

function policyCheck(command: string, paths: string[]): CheckCommand {
  const line = command.replaceAll('{files}', paths.map(quoteWord).join(' '))
  const { report } = reportOf(line, {})
  return {
    name: 'test',
    id: 'targeted',
    line,
    cwd: '.',
    required: true,
    from: 'draftsmith.yml checks.targetedTest',
    certainty: 'certain',
    report,
  }
}

function withUniqueIds(checks: CheckCommand[]): CheckCommand[] {
  return checks.map((check, index) => {
    const clash = checks.slice(0, index).some((other) => other.id === check.id)
    return clash ? { ...check, id: `${check.id}:${index + 1}` } : check
  })
}
