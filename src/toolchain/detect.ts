import { ecosystems } from './ecosystems.ts'
import { readInstructions } from './instructions.ts'
import { resolveScript, runnerOf } from './node-runner.ts'
import { lastCommand } from './shell-words.ts'
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
  const facts = (await Promise.all(ecosystems.map((one) => one.detect(files, read)))).flat()
  const detected = withUniqueIds(facts)
  const scripts = await rootScripts(read)
  const targeted = policyChecks.targetedTest?.command
  return {
    languages: [...new Set(facts.map((one) => one.language))],
    ecosystems: detected,
    checks: checkNames.flatMap((name) => checksNamed(name, detected, policyChecks, scripts)),
    installs: installsOf(detected, policyChecks.install),
    ...(targeted === undefined ? {} : { targetedTest: targeted }),
    instructions: await readInstructions(files, read),
    fileCount: files.length,
    notes: detected.flatMap((one) => one.notes),
  }
}

/** Which reader understands a command of the policy, as far as its words tell. */
export function reportOf(command: string, scripts: Record<string, string>): { report: ReportFormat; script?: string } {
  const last = lastCommand(command)
  if (/(^|\s)(python[\d.]*\s+-m\s+)?pytest(\s|$)/.test(last)) return { report: 'pytest-junit' }
  if (/python[\d.]*\s.*-m\s+unittest\b.*\s(-v|--verbose)\b/.test(last)) return { report: 'unittest-text' }
  const name = /^(?:npm|pnpm|yarn|bun) (?:run )?([\w:.-]+)$/.exec(last)?.[1]
  const script = name === undefined ? undefined : resolveScript(name, scripts)
  // A script that only names another one would swallow arguments; such a command is judged by its exit code.
  const direct = script !== undefined && script.name !== name ? undefined : (script?.text ?? last)
  const runner = direct === undefined ? undefined : runnerOf(direct)
  return { report: runner?.report ?? 'text', ...(script === undefined ? {} : { script: script.text }) }
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
