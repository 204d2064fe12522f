// `draftsmith doctor`: what a run and the service need, each tried as far as it costs nothing, with the mend.
import { type Logger, pino } from 'pino'
import { composeGitHub } from '../compose/github.ts'
import { ceilingsOf } from '../compose/model.ts'
import { version } from '../compose/process.ts'
import type { Need } from '../config/missing.ts'
import type { ConfigProblem } from '../config/problems.ts'
import { type Config, type ReadConfig, readConfig } from '../config.ts'
import { checkApp } from './doctor/app.ts'
import type { Finding } from './doctor/finding.ts'
import { checkDataFolder, checkGit, checkNode, checkSandbox } from './doctor/machine.ts'
import { checkModel } from './doctor/model.ts'
import { checkRepository, describeLabel, parseRepository } from './doctor/repository.ts'
import { checkDatabase } from './doctor/storage.ts'

export interface DoctorOptions {
  repo?: string
  online?: boolean
  json?: boolean
}

interface Circumstances {
  environment: Record<string, string | undefined>
  out(text: string): void
}

/** Answers the exit code: 1 when something fails. Throws `invalid_input` for a malformed `--repo`. */
export async function doctorCommand(options: DoctorOptions, { environment, out }: Circumstances): Promise<number> {
  const findings = await examine(options, environment)
  const ok = findings.every(({ level }) => level !== 'fail')
  out(options.json ? JSON.stringify({ version, ok, findings }, null, 2) : describeFindings(findings))
  return ok ? 0 : 1
}

async function examine(
  { repo, online = false }: DoctorOptions,
  environment: Circumstances['environment'],
): Promise<Finding[]> {
  const repository = repo === undefined ? undefined : parseRepository(repo)
  const { config, problems } = readWhatThereIs(environment)
  const missing = problems.map((problem) => describeProblem(problem, environment))
  if (config === undefined) return [checkNode(), ...missing]
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const ofMachine = await Promise.all(
    works(config) ? [checkGit(config), checkDataFolder(config), checkSandbox(config)] : [checkDataFolder(config)],
  )
  return [
    checkNode(),
    ...ofMachine.flat(),
    await checkDatabase(config),
    ...missing,
    ...(works(config) ? await checkModel(config, { online, log }) : []),
    ...(await checkGitHub(config, { repository, log })),
  ]
}

/** A process that only takes webhooks runs nothing and asks no model. */
function works({ role }: Config): boolean {
  return role !== 'web'
}

/** The configuration as far as it goes: a missing App or key must not hide what else is wrong. */
function readWhatThereIs(environment: Circumstances['environment']): { config?: Config; problems: ConfigProblem[] } {
  const needs: Need[][] = [['github', 'service'], ['github'], []]
  const [whole, ...parts] = needs.map((each) => readConfig(environment, each))
  const problems = whole?.kind === 'invalid' ? whole.problems : []
  const usable = [whole, ...parts].find((read): read is ReadConfig & { kind: 'ok' } => read?.kind === 'ok')
  return { ...(usable && { config: usable.config }), problems }
}

const appVariables = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET']
const checkOf: Record<string, string> = { ANTHROPIC_API_KEY: 'model key', WEBHOOK_SECRET: 'webhook secret' }

/** Somebody who set nothing of the App wants local runs, which need none of it. */
function describeProblem(
  { variable, problem, mend }: ConfigProblem,
  environment: Circumstances['environment'],
): Finding {
  const ofApp = appVariables.includes(variable)
  const check = checkOf[variable] ?? (ofApp ? 'app' : 'configuration')
  const found = `${variable} ${problem}`
  if (!ofApp || appVariables.some((name) => environment[name])) return { check, level: 'fail', found, mend }
  return { check, level: 'warn', found: `${found}; \`draftsmith run\` works without it, the service does not`, mend }
}

async function checkGitHub(
  config: Config,
  { repository, log }: { repository: { owner: string; name: string } | undefined; log: Logger },
): Promise<Finding[]> {
  if (config.github === undefined) return repository === undefined ? [] : [cannotAsk(repository)]
  const app = composeGitHub(config, log)
  const { slug, findings: ofApp } = await checkApp(app)
  const findings = [...describeSecret(config.github), ...ofApp]
  if (slug === undefined) return findings
  if (repository === undefined) return [...findings, describeLabel(config)]
  const { label } = config
  return [...findings, ...(await checkRepository({ app, slug, ceilings: ceilingsOf(config), label, ...repository }))]
}

/** That it is missing is told as every variable is, where it is needed. */
function describeSecret({ webhookSecret }: NonNullable<Config['github']>): Finding[] {
  if (webhookSecret === undefined) return []
  const found = 'set; whether GitHub has the same one shows at the first delivery'
  return [{ check: 'webhook secret', level: 'ok', found }]
}

function cannotAsk({ owner, name }: { owner: string; name: string }): Finding {
  const found = `${owner}/${name} was not looked at, since there are no credentials of an App`
  return { check: 'repository', level: 'fail', found, mend: 'Set APP_ID and PRIVATE_KEY_PATH.' }
}

function describeFindings(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, level, found, mend }) => [
    `${level.padEnd(4)}  ${check.padEnd(width)}  ${found}`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 8)}→ ${mend}`]),
  ])
  return [...lines, '', summary(findings)].join('\n')
}

function summary(findings: Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
  const [fails, warns] = [count('fail'), count('warn')]
  if (fails > 0) return `${fails} to mend${warns > 0 ? `, ${warns} to look at` : ''}.`
  return warns > 0 ? `Nothing fails; ${warns} to look at.` : 'All is well.'
}
