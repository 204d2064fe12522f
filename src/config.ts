// The one reader of process.env. Everything that is wrong is listed at once, each with its mend.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Environment, readHostEnvironment } from './config/host-environment.ts'
import { missing, type Need } from './config/missing.ts'
import { type NetworkConfig, networkOf, proxyProblems } from './config/network.ts'
import { readPrivateKey } from './config/private-key.ts'
import { type ConfigProblem, invalidValues } from './config/problems.ts'
import { type Role, roleProblems } from './config/role.ts'
import { type TracesConfig, tracesOf } from './config/traces.ts'
import { type Variables, variables } from './config/variables.ts'
import { type ModelRole, modelRoles } from './model/model.ts'
import { type PriceList, prices } from './model/pricing.ts'
import type { ContainerImage } from './sandbox/container-images.ts'
import type { SandboxKind } from './sandbox/sandbox.ts'

export interface Config {
  /** Who takes no webhooks needs no secret of theirs. */
  github: { appId: number; privateKey: string; webhookSecret: string | undefined } | undefined
  githubApiUrl: string
  githubWriteSpacingMs: number
  /** A person's own token, for what the command line reads and makes for them; never used by the service. */
  githubToken: string | undefined
  label: string
  model: {
    provider: 'anthropic' | 'recorded'
    apiKey: string | undefined
    baseUrl: string | undefined
    recordings: string | undefined
    byRole: Record<ModelRole, string>
    /** The list prices, and those of this deployment's own in their place or beside them. */
    prices: PriceList
  }
  databaseUrl: string | undefined
  dataDir: string
  sandbox: SandboxKind
  /** That commands may run in, with the sandbox `container`. */
  containerImages: ContainerImage[]
  network: NetworkConfig
  host: string
  port: number
  logLevel: string
  /** Undefined: none are made. */
  traces: TracesConfig | undefined
  /** What this process does: take webhooks, work on runs, or both. */
  role: Role
  concurrency: number
  /** Runs of one organisation at once, in all processes; undefined: as many as there are workers. */
  organisationConcurrency: number | undefined
  /** How long runs under way may go on once a stop was asked for. */
  drainSeconds: number
  /** Of what installs have made, kept for later runs; 0: none is. */
  dependencyCacheMiB: number
  /** Of all mirrors together. */
  mirrorCacheMiB: number
  statusIntervalMs: number
  /** How often GitHub is asked for what no event has told; 0: never. */
  reconcileMinutes: number
  /** How long the records of ended runs are kept; 0: for ever. */
  keepDays: number
  ceilings: { usd: number; tokens: number; minutes: number }
  /** Allow-listed variables of the machine that repository commands and git may need: PATH, locale, CA files, proxies. */
  hostEnv: Record<string, string>
}

export type ReadConfig = { kind: 'ok'; config: Config } | { kind: 'invalid'; problems: ConfigProblem[] }

/** Reads and checks the environment. An empty variable counts as absent, as `.env` files leave them. */
export function readConfig(environment: Environment, needs: Need[]): ReadConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = variables.safeParse(given)
  const known = parsed.data ?? (given as Partial<Variables>)
  const key = readPrivateKey(known, needs)
  const problems = [
    ...(parsed.success ? [] : invalidValues(parsed.error, given)),
    ...missing(known, needs),
    ...key.problems,
    ...proxyProblems(given),
    ...(parsed.success ? roleProblems(parsed.data, needs) : []),
  ]
  if (!parsed.success || problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'ok', config: toConfig(parsed.data, key.privateKey, given) }
}

function toConfig(given: Variables, privateKey: string | undefined, environment: Environment): Config {
  const github =
    given.APP_ID && privateKey ? { appId: given.APP_ID, privateKey, webhookSecret: given.WEBHOOK_SECRET } : undefined
  const dataHome = environment.XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
  return {
    github,
    githubApiUrl: given.GITHUB_API_URL.replace(/\/+$/, ''),
    githubWriteSpacingMs: given.DRAFTSMITH_WRITE_SPACING_MS,
    githubToken: given.GITHUB_TOKEN,
    label: given.DRAFTSMITH_LABEL,
    model: {
      provider: given.DRAFTSMITH_MODEL_PROVIDER,
      apiKey: given.ANTHROPIC_API_KEY,
      baseUrl: given.ANTHROPIC_BASE_URL,
      recordings: given.DRAFTSMITH_RECORDINGS,
      byRole: modelsByRole(given),
      prices: { ...prices, ...given.DRAFTSMITH_PRICES },
    },
    databaseUrl: given.DATABASE_URL,
    dataDir: given.DRAFTSMITH_DATA_DIR ?? join(dataHome, 'draftsmith'),
    sandbox: given.DRAFTSMITH_SANDBOX,
    containerImages: given.DRAFTSMITH_CONTAINER_IMAGES,
    network: networkOf(given, environment),
    host: given.HOST,
    port: given.PORT,
    logLevel: given.LOG_LEVEL,
    traces: tracesOf(given),
    role: given.DRAFTSMITH_ROLE,
    concurrency: given.DRAFTSMITH_CONCURRENCY,
    organisationConcurrency: given.DRAFTSMITH_ORGANISATION_CONCURRENCY,
    drainSeconds: given.DRAFTSMITH_DRAIN_SECONDS,
    dependencyCacheMiB: given.DRAFTSMITH_DEPENDENCY_CACHE_MIB,
    mirrorCacheMiB: given.DRAFTSMITH_MIRROR_CACHE_MIB,
    statusIntervalMs: given.DRAFTSMITH_STATUS_INTERVAL_MS,
    reconcileMinutes: given.DRAFTSMITH_RECONCILE_MINUTES,
    keepDays: given.DRAFTSMITH_KEEP_DAYS,
    ceilings: {
      usd: given.DRAFTSMITH_MAX_USD,
      tokens: given.DRAFTSMITH_MAX_TOKENS,
      minutes: given.DRAFTSMITH_MAX_MINUTES,
    },
    hostEnv: readHostEnvironment(environment),
  }
}

function modelsByRole(given: Variables): Record<ModelRole, string> {
  const own: Record<ModelRole, string | undefined> = {
    analyst: given.DRAFTSMITH_MODEL_ANALYST,
    planner: given.DRAFTSMITH_MODEL_PLANNER,
    coder: given.DRAFTSMITH_MODEL_CODER,
    reviewer: given.DRAFTSMITH_MODEL_REVIEWER,
  }
  return Object.fromEntries(modelRoles.map((role) => [role, own[role] ?? given.DRAFTSMITH_MODEL])) as Record<
    ModelRole,
    string
  >
}
