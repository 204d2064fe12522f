import { readCodeOwners } from './code-owners.ts'
import { isGeneratedFile, isTestFile } from './commands.ts'
import { ecosystems } from './ecosystems.ts'
import { readGeneratedMarks } from './generated-marks.ts'
import { readInstructions, readNestedInstructions } from './instructions.ts'
import { makeEcosystem } from './make-ecosystem.ts'
import { reportOf } from './report-of-command.ts'
import { generatedFolders, testLayout } from './repository-layout.ts'
import {
  type CheckCommand,
  type CheckName,
  checkNames,
  type EcosystemFacts,
  type InstallCommand,
  type PolicyChecks,
  type ReadFile,
  type ReportFormat,
  type RepositorySnapshot,
} from './toolchain.ts'

/**
 * What the repository is built with. `files` are its paths and `read` reads them, both at the base commit: what defines
 * a check never comes from a work tree that the model has written to. Commands of the policy replace detected ones.
 */
export async function detectToolchain(
  files: string[],
  read: ReadFile,
  policyChecks: PolicyChecks = {},
): Promise<RepositorySnapshot> {
  const facts = await detectFacts(files, read)
  const isMarked = await readGeneratedMarks(read)
  const detected = withUniqueIds(facts).map((one) => ({
    ...one,
    isGenerated: (path: string) => one.isGenerated(path) || isMarked(path),
  }))
  const known = { ecosystems: detected }
  const scripts = await rootScripts(read)
  const targeted = policyChecks.targetedTest?.command
  return {
    languages: [...new Set(facts.map((one) => one.language))],
    buildSystems: [...new Set(facts.map((one) => one.buildSystem))],
    ecosystems: detected,
    packages: facts.flatMap((one) => one.packages),
    checks: checkNames.flatMap((name) => checksNamed(name, detected, policyChecks, scripts)),
    installs: installsOf(detected, policyChecks.install),
    ...(targeted === undefined ? {} : { targetedTest: targeted }),
    instructions: await readInstructions(files, read),
    nestedInstructions: await readNestedInstructions(files, read),
    owners: await readCodeOwners(files, read),
    testLayout: testLayout(files, (path) => isTestFile(known, path)),
    generatedFolders: generatedFolders(files, (path) => isGeneratedFile(known, path)),
    fileCount: files.length,
    notes: detected.flatMap((one) => one.notes),
  }
}

/** Of the fallback only the checks that nothing else has. */
async function detectFacts(files: string[], read: ReadFile): Promise<EcosystemFacts[]> {
  const facts = (await Promise.all(ecosystems.map((one) => one.detect(files, read)))).flat()
  const known = new Set(facts.flatMap((one) => one.checks).map(({ name }) => name))
  const fallback = (await makeEcosystem.detect(files, read)).map((one) => ({
    ...one,
    checks: one.checks.filter(({ name }) => !known.has(name)),
  }))
  return [...facts, ...fallback.filter(({ checks }) => checks.length > 0)]
}

function checksNamed(
  name: CheckName,
  facts: EcosystemFacts[],
  policy: PolicyChecks,
  scripts: Record<string, string>,
): CheckCommand[] {
  const own = policy[name]
  if (own?.command === undefined) {
    const found = facts.flatMap((one) => one.checks).filter((check) => check.name === name)
    return found.map((check) => ({ ...check, required: own?.required ?? check.required }))
  }
  const read: { report: ReportFormat; script?: string } =
    name === 'test' ? reportOf(own.command, scripts) : { report: 'text' }
  return [
    {
      name,
      id: name,
      line: own.command,
      cwd: '.',
      required: own.required,
      from: `draftsmith.yml checks.${name}`,
      certainty: 'certain',
      ...read,
    },
  ]
}

function installsOf(facts: EcosystemFacts[], policy: PolicyChecks['install']): InstallCommand[] {
  const found = facts.flatMap((one) => one.install ?? [])
  if (policy?.command === undefined) return found.map((one) => ({ ...one, required: policy?.required ?? one.required }))
  const allowedHosts = [...new Set(found.flatMap((one) => one.allowedHosts))]
  return [
    {
      line: policy.command,
      cwd: '.',
      from: 'draftsmith.yml checks.install',
      allowedHosts,
      certainty: 'certain',
      required: policy.required,
    },
  ]
}

/** Two kinds of project in one folder have checks of the same id: the later one gets the ecosystem's name. */
function withUniqueIds(facts: EcosystemFacts[]): EcosystemFacts[] {
  const seen = new Set<string>()
  return facts.map((one) => ({
    ...one,
    checks: one.checks.map((check) => {
      const id = seen.has(check.id) ? `${check.id}:${one.name}` : check.id
      seen.add(id)
      return { ...check, id }
    }),
  }))
}

async function rootScripts(read: ReadFile): Promise<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse((await read('package.json')) ?? '{}')
    const scripts = typeof parsed === 'object' && parsed !== null && 'scripts' in parsed ? parsed.scripts : {}
    const entries = Object.entries(scripts ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    return Object.fromEntries(entries)
  } catch {
    return {}
  }
}
