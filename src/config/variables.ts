// Every variable of the environment that is read, its form and its default. `.env.example` explains each.
import { z } from 'zod'
import { parsePrices } from '../model/pricing.ts'
import { parseImages } from '../sandbox/container-images.ts'
import { parseHeaders } from './header-list.ts'

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

const headers = z.string().transform((text, context) => {
  const parsed = parseHeaders(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: 'must be a list of name=value, separated by commas' })
  return z.NEVER
})

const containerImages = z.string().transform((text, context) => {
  const images = parseImages(text)
  if (images !== undefined) return images
  context.addIssue({
    code: 'custom',
    message: 'must be a list of IMAGE or ECOSYSTEM=IMAGE, separated by commas, such as node=node:24-bookworm',
  })
  return z.NEVER
})

/** It is not named: an address may hold a password. */
const address = () => z.url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })

const database = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must be the address of a PostgreSQL database, such as postgres://user:password@host:5432/name',
})

/** Commands of repositories see it. */
const registry = address()
  .refine((address) => !/\/\/[^/]*@/.test(address), {
    error: 'holds credentials, which the commands of every repository would see',
  })
  .optional()

export const variables = z.object({
  APP_ID: z.coerce.number().int().positive().optional(),
  PRIVATE_KEY: optional,
  PRIVATE_KEY_PATH: optional,
  WEBHOOK_SECRET: optional,
  GITHUB_API_URL: address().default('https://api.github.com'),
  GITHUB_TOKEN: optional,
  ANTHROPIC_API_KEY: optional,
  ANTHROPIC_BASE_URL: address().optional(),
  DATABASE_URL: database.optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: address().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers.default({}),
  DRAFTSMITH_LABEL: z
    .string()
    .max(50, { error: 'must have at most 50 characters, as labels of GitHub do' })
    .default('agent-eligible'),
  DRAFTSMITH_DATA_DIR: optional,
  DRAFTSMITH_SANDBOX: z.enum(['bubblewrap', 'container', 'none']).default('bubblewrap'),
  DRAFTSMITH_CONTAINER_IMAGES: containerImages.default([]),
  DRAFTSMITH_PRIVATE_HOSTS: hostsAndPorts.default([]),
  npm_config_registry: registry,
  PIP_INDEX_URL: registry,
  DRAFTSMITH_ROLE: z.enum(['both', 'web', 'worker']).default('both'),
  DRAFTSMITH_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  DRAFTSMITH_ORGANISATION_CONCURRENCY: z.coerce.number().int().min(1).optional(),
  DRAFTSMITH_DRAIN_SECONDS: z.coerce.number().int().min(0).max(86_400).default(10),
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
  DRAFTSMITH_RECONCILE_MINUTES: z.coerce.number().int().min(0).max(1440).default(15),
  DRAFTSMITH_KEEP_DAYS: z.coerce.number().int().min(0).default(90),
})
export type Variables = z.infer<typeof variables>
