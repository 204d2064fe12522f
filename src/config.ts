// The one reader of process.env. Everything that is wrong is listed at once, each with its mend.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type ModelRole, modelRoles } from './model/model.ts'
import { type PriceList, parsePrices, prices } from './model/pricing.ts'

/** What a process is started for decides what it must be given. */
export type Need = 'github' | 'model'

export interface Config {
  github: { appId: number; privateKey: string; webhookSecret: string } | undefined
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
  sandbox: 'bubblewrap' | 'none'
  network: NetworkConfig
  host: string
  port: number
  logLevel: string
  concurrency: number
  /** Of what installs have made, kept for later runs; 0: none is. */
  dependencyCacheMiB: number
  /** Of all mirrors together. */
  mirrorCacheMiB: number
  statusIntervalMs: number
  ceilings: { usd: number; tokens: number; minutes: number }
  /** Allow-listed variables of the machine that repository commands and git may need: PATH, locale, CA files, proxies. */
  hostEnv: Record<string, string>
}

/** What the deployment, and never a repository, says about the network of installs. */
export interface NetworkConfig {
  /** `host:port` that may lead into a private network, where a repository asks for it. */
  privateHosts: string[]
  /** Registries that stand for the public ones on this machine; addresses without credentials. */
  registries: { npm?: string; pypi?: string }
  /** The proxy that this machine goes out through, and what NO_PROXY excepts. */
  upstreamProxy: { address: string; except: string | undefined } | undefined
}

export interface ConfigProblem {
  variable: string
  problem: string
  mend: string
}

export type ReadConfig = { kind: 'ok'; config: Config } | { kind: 'invalid'; problems: ConfigProblem[] }

/** All problems at once, each with its mend below it, for somebody who sits at a terminal. */
export function describeProblems(problems: ConfigProblem[]): string {
  const lines = problems.map(({ variable, problem, mend }) => `  ${variable} ${problem}\n    ${mend}`)
  return `The configuration cannot be used:\n${lines.join('\n')}`
}

const hostVariables = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'USER',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'HOME',
]

const positive = (fallback: number) => z.coerce.number().positive().default(fallback)
const optional = z.string().min(1).optional()

const hostAndPort = /^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*):\d{1,5}$/
const hostsAndPorts = z
  .string()
  .transform((text) => text.split(',').flatMap((entry) => entry.trim() || []))
  .refine((entries) => entries.every((entry) => hostAndPort.test(entry)), {
    error: 'must be a list of host:port, separated by commas',
  })

const ownPrices = z.string().transform((text, context) => {
  const own = parsePrices(text)
  if (own !== undefined) return own
  context.addIssue({
    code: 'custom',
    message: 'must be a list of MODEL=INPUT/OUTPUT in USD per million tokens, separated by commas',
  })
  return z.NEVER
})

/** Commands of repositories see it. */
const registry = z
  .url({ protocol: /^https?$/ })
  .refine((address) => !/\/\/[^/]*@/.test(address), {
    error: 'holds credentials, which the commands of every repository would see',
  })
  .optional()

const variables = z.object({
  APP_ID: z.coerce.number().int().positive().optional(),
  PRIVATE_KEY: optional,
  PRIVATE_KEY_PATH: optional,
  WEBHOOK_SECRET: optional,
  GITHUB_API_URL: z.url({ protocol: /^https?$/ }).default('https://api.github.com'),
  GITHUB_TOKEN: optional,
  ANTHROPIC_API_KEY: optional,
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DRAFTSMITH_LABEL: z.string().min(1).max(50).default('agent-eligible'),
  DRAFTSMITH_DATA_DIR: optional,
  DRAFTSMITH_SANDBOX: z.enum(['bubblewrap', 'none']).default('bubblewrap'),
  DRAFTSMITH_PRIVATE_HOSTS: hostsAndPorts.default([]),
  npm_config_registry: registry,
  PIP_INDEX_URL: registry,
  DRAFTSMITH_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  DRAFTSMITH_DEPENDENCY_CACHE_MIB: z.coerce.number().int().min(0).default(10_240),
  DRAFTSMITH_MIRROR_CACHE_MIB: z.coerce.number().int().min(1).default(20_480),
  DRAFTSMITH_MODEL_PROVIDER: z.enum(['anthropic', 'recorded']).default('anthropic'),
  DRAFTSMITH_RECORDINGS: optional,
  DRAFTSMITH_MODEL: z.string().min(1).default('claude-sonnet-5-5'),
  DRAFTSMITH_MODEL_ANALYST: optional,
  DRAFTSMITH_MODEL_PLANNER: optional,
  DRAFTSMITH_MODEL_CODER: optional,
  DRAFTSMITH_MODEL_REVIEWER: optional,
  DRAFTSMITH_PRICES: ownPrices.default({}),
  DRAFTSMITH_MAX_USD: positive(20),
  DRAFTSMITH_MAX_TOKENS: positive(2_000_000),
  DRAFTSMITH_MAX_MINUTES: positive(180),
  DRAFTSMITH_WRITE_SPACING_MS: z.coerce.number().int().min(0).default(1000),
  DRAFTSMITH_STATUS_INTERVAL_MS: z.coerce.number().int().min(0).default(5000),
})
type Variables = z.infer<typeof variables>

/** Reads and checks the environment. An empty variable counts as absent, as `.env` files leave them. */
export function readConfig(environment: Record<string, string | undefined>, needs: Need[]): ReadConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = variables.safeParse(given)
  if (!parsed.success)
    return {
      kind: 'invalid',
      problems: [...invalidValues(parsed.error, given), ...missing(given as Partial<Variables>, needs)],
    }
  const key = readPrivateKey(parsed.data, needs)
  const problems = [...missing(parsed.data, needs), ...key.problems, ...proxyProblems(given)]
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'ok', config: toConfig(parsed.data, key.privateKey, given) }
}

function invalidValues(error: z.ZodError, given: Record<string, unknown>): ConfigProblem[] {
  return error.issues.map((issue) => {
    const variable = issue.path.join('.')
    return {
      variable,
      problem: isNoNumber(issue) ? `is \`${given[variable]}\`, and must be a number` : issue.message,
      mend: `Correct it, or remove it to use the default; .env.example explains each variable.`,
    }
  })
}

/** What an operator wrote became NaN on its way to a number, and NaN is what the library would name. */
function isNoNumber(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'number' && Number.isNaN(issue.input ?? Number.NaN)
}

function missing(given: Partial<Variables>, needs: Need[]): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const need = (present: unknown, variable: string, problem: string, mend: string) => {
    if (!present) problems.push({ variable, problem, mend })
  }
  if (needs.includes('github')) {
    need(given.APP_ID, 'APP_ID', 'is missing', 'Copy the App ID from the settings page of your GitHub App.')
    need(
      given.PRIVATE_KEY ?? given.PRIVATE_KEY_PATH,
      'PRIVATE_KEY_PATH',
      'is missing',
      'Generate a private key on the settings page of your GitHub App and set the path of the .pem file.',
    )
    need(
      given.WEBHOOK_SECRET,
      'WEBHOOK_SECRET',
      'is missing',
      'Set the same random text here and in the webhook settings of your GitHub App; without it anybody could send events.',
    )
  }
  if (!needs.includes('model')) return problems
  if (given.DRAFTSMITH_MODEL_PROVIDER === 'recorded') {
    need(
      given.DRAFTSMITH_RECORDINGS,
      'DRAFTSMITH_RECORDINGS',
      'is missing',
      'Set the folder of recordings, or use DRAFTSMITH_MODEL_PROVIDER=anthropic.',
    )
  } else {
    need(
      given.ANTHROPIC_API_KEY,
      'ANTHROPIC_API_KEY',
      'is missing',
      'Create a key in the Anthropic console and set it here, or run `npm run demo`, which needs none.',
    )
  }
  return problems
}

function readPrivateKey(
  given: Variables,
  needs: Need[],
): { privateKey: string | undefined; problems: ConfigProblem[] } {
  const none = { privateKey: undefined, problems: [] }
  if (!needs.includes('github')) return none
  const variable = given.PRIVATE_KEY ? 'PRIVATE_KEY' : 'PRIVATE_KEY_PATH'
  const mend =
    'Generate a new private key on the settings page of your GitHub App and give the whole .pem file, with its BEGIN and END lines.'
  try {
    const text =
      given.PRIVATE_KEY?.replaceAll('\\n', '\n') ??
      (given.PRIVATE_KEY_PATH && readFileSync(given.PRIVATE_KEY_PATH, 'utf8'))
    if (!text) return none
    createPrivateKey(text)
    return { privateKey: text, problems: [] }
  } catch (cause) {
    const unreadable = cause instanceof Error && 'path' in cause
    const problem = unreadable
      ? `names a file that cannot be read (${cause.message})`
      : 'is not a private key in PEM form'
    return { privateKey: undefined, problems: [{ variable, problem, mend }] }
  }
}

function toConfig(
  given: Variables,
  privateKey: string | undefined,
  environment: Record<string, string | undefined>,
): Config {
  const github =
    given.APP_ID && privateKey && given.WEBHOOK_SECRET
      ? { appId: given.APP_ID, privateKey, webhookSecret: given.WEBHOOK_SECRET }
      : undefined
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
    network: networkOf(given, environment),
    host: given.HOST,
    port: given.PORT,
    logLevel: given.LOG_LEVEL,
    concurrency: given.DRAFTSMITH_CONCURRENCY,
    dependencyCacheMiB: given.DRAFTSMITH_DEPENDENCY_CACHE_MIB,
    mirrorCacheMiB: given.DRAFTSMITH_MIRROR_CACHE_MIB,
    statusIntervalMs: given.DRAFTSMITH_STATUS_INTERVAL_MS,
    ceilings: {
      usd: given.DRAFTSMITH_MAX_USD,
      tokens: given.DRAFTSMITH_MAX_TOKENS,
      minutes: given.DRAFTSMITH_MAX_MINUTES,
    },
    hostEnv: Object.fromEntries(
      hostVariables.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
    ),
  }
}

function networkOf(given: Variables, environment: Record<string, string | undefined>): NetworkConfig {
  const address = proxyAddress(environment)
  return {
    privateHosts: given.DRAFTSMITH_PRIVATE_HOSTS,
    registries: {
      ...(given.npm_config_registry && { npm: given.npm_config_registry }),
      ...(given.PIP_INDEX_URL && { pypi: given.PIP_INDEX_URL }),
    },
    upstreamProxy:
      address === undefined ? undefined : { address, except: environment.NO_PROXY ?? environment.no_proxy },
  }
}

/** As curl and others read it: without a scheme it is plain HTTP. */
function proxyAddress({ HTTPS_PROXY, https_proxy }: Record<string, string | undefined>): string | undefined {
  const written = HTTPS_PROXY ?? https_proxy
  return written === undefined || written.includes('://') ? written : `http://${written}`
}

function proxyProblems(environment: Record<string, string | undefined>): ConfigProblem[] {
  const address = proxyAddress(environment)
  if (address === undefined || ['http:', 'https:'].includes(URL.parse(address)?.protocol ?? '')) return []
  return [
    {
      variable: environment.HTTPS_PROXY === undefined ? 'https_proxy' : 'HTTPS_PROXY',
      problem: 'is not the address of an HTTP proxy',
      mend: 'Write it as http://host:port, with user:password@ in front of the host where the proxy asks for it.',
    },
  ]
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
