// compose.yaml, the Kubernetes example and the Dockerfile, held against what the program reads and answers.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { variables } from '../src/config/variables.ts'
import { readConfig } from '../src/config.ts'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const names = Object.keys(variables.shape)
const text = z.string()
/** What the service is given besides: a secret of Kubernetes, or the `.env` of whoever starts it. */
const given = {
  APP_ID: '1',
  PRIVATE_KEY: undefined,
  WEBHOOK_SECRET: 'secret',
  ANTHROPIC_API_KEY: 'key',
  DATABASE_URL: 'postgres://db/draftsmith',
}

/** The configuration that a process comes to, but for the key, whose file is not here. */
function problemsOf(environment: Record<string, string>): string[] {
  const result = readConfig({ ...given, ...environment }, ['github', 'service'])
  return result.kind === 'ok' ? [] : result.problems.map(({ variable, problem }) => `${variable} ${problem}`)
}

/** A file that is not on this machine is all that is wrong. */
const noKey = [expect.stringMatching(/^PRIVATE_KEY_PATH names a file that cannot be read/)]

describe('compose.yaml', () => {
  const service = z.strictObject({
    build: z.literal('.').optional(),
    image: text,
    init: z.boolean().optional(),
    restart: z.enum(['unless-stopped', 'always', 'no', 'on-failure']),
    env_file: z.literal('.env').optional(),
    secrets: z.array(text).optional(),
    depends_on: z.record(text, z.strictObject({ condition: z.literal('service_healthy') })).optional(),
    environment: z.record(text, text),
    volumes: z.array(text.regex(/^[\w-]+:\/[\w/]+$/)).optional(),
    healthcheck: z
      .strictObject({ test: z.array(text), interval: duration(), timeout: duration(), retries: z.number().int() })
      .optional(),
    ports: z.array(text.regex(/^127\.0\.0\.1:\d+:\d+$/)).optional(),
    security_opt: z.array(text.regex(/^(seccomp|apparmor|systempaths)=\S+$/)).optional(),
    mem_limit: text.regex(/^\d+[mg]$/).optional(),
    pids_limit: z.number().int().optional(),
    stop_grace_period: duration(),
  })
  const file = z
    .strictObject({
      'x-draftsmith': z.unknown(),
      'x-environment': z.unknown(),
      services: z.record(text, service),
      secrets: z.record(text, z.strictObject({ file: text })),
      volumes: z.record(text, z.null()),
    })
    .parse(parse(read('compose.yaml'), { merge: true }))
  const own = Object.entries(file.services).filter(([, { build }]) => build !== undefined)

  it('names only what it defines, and files that are there', () => {
    for (const { depends_on = {}, secrets = [], volumes = [], security_opt = [] } of Object.values(file.services)) {
      for (const name of Object.keys(depends_on)) expect(file.services[name]?.healthcheck).toBeDefined()
      for (const name of secrets) expect(file.secrets).toHaveProperty([name])
      for (const volume of volumes) expect(file.volumes).toHaveProperty([volume.split(':')[0] ?? ''])
      for (const option of security_opt) {
        const [, profile = ''] = /^seccomp=(.+)/.exec(option) ?? []
        expect(existsSync(fileURLToPath(new URL(profile, root)))).toBe(true)
      }
    }
  })

  it.each(own)('%s sets variables that are read, and that a service can start with', (role, { environment }) => {
    expect(Object.keys(environment).filter((name) => !names.includes(name))).toEqual([])
    expect(environment.DRAFTSMITH_ROLE).toBe(role)
    expect(environment.PRIVATE_KEY_PATH).toBe(`/run/secrets/${Object.keys(file.secrets)[0]}`)
    // The password is the only thing that compose fills in.
    const filled = Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{[^}]*\}/, 'x')])
    expect(problemsOf(Object.fromEntries(filled))).toEqual(noKey)
  })

  it.each(own)('%s is killed only after it had its time to drain', (_, { environment, stop_grace_period }) => {
    expect(seconds(stop_grace_period)).toBeGreaterThanOrEqual(drain(environment) + 20)
  })

  it('opens for the worker, and for it alone, what the run line of the Dockerfile opens', () => {
    const run = read('Dockerfile').matchAll(/--security-opt (\S+)/g)
    expect(file.services.worker?.security_opt).toEqual([...run].map(([, option]) => option))
    expect(file.services.web?.security_opt).toBeUndefined()
  })
})

describe('the Kubernetes example', () => {
  const probe = z.strictObject({
    httpGet: z.strictObject({ path: z.enum(['/healthz', '/readyz']), port: z.literal('http') }),
    periodSeconds: z.number(),
    timeoutSeconds: z.number().optional(),
    failureThreshold: z.number().optional(),
  })
  const container = z.object({
    env: z.array(z.strictObject({ name: text, value: text })),
    envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: text }) })),
    ports: z.array(z.strictObject({ name: text, containerPort: z.number() })),
    livenessProbe: probe,
    readinessProbe: probe.optional(),
    startupProbe: probe.optional(),
    volumeMounts: z.array(z.object({ name: text, mountPath: text })),
  })
  const deployment = z.object({
    kind: z.literal('Deployment'),
    metadata: z.object({ name: text }),
    spec: z.object({
      selector: z.object({ matchLabels: z.record(text, text) }),
      template: z.object({
        metadata: z.object({ labels: z.record(text, text) }),
        spec: z.object({
          terminationGracePeriodSeconds: z.number(),
          containers: z.tuple([container]),
          volumes: z.array(z.object({ name: text })),
        }),
      }),
    }),
  })
  const documents = parseAllDocuments(read('docs/kubernetes.yaml')).map((document) => {
    expect(document.errors).toEqual([])
    return z.looseObject({ kind: text, spec: z.looseObject({}) }).parse(document.toJS())
  })
  const deployments = documents
    .filter(({ kind }) => kind === 'Deployment')
    .map((document) => deployment.parse(document))
    .map(({ metadata, spec }) => ({ name: metadata.name, spec, pod: spec.template.spec }))

  it('has a deployment for each role, and selects by labels that pods have', () => {
    expect(deployments.map(({ name }) => name)).toEqual(['draftsmith-web', 'draftsmith-worker'])
    for (const { spec } of deployments) expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels)
    const service = documents.find(({ kind }) => kind === 'Service')
    expect(service?.spec.selector).toEqual(deployments[0]?.spec.template.metadata.labels)
  })

  it.each(deployments)('$name can start, and is killed only after it had its time to drain', ({ name, pod }) => {
    const [{ env, ports, volumeMounts }] = pod.containers
    const environment = Object.fromEntries(env.map(({ name: variable, value }) => [variable, value]))
    expect(Object.keys(environment).filter((variable) => !names.includes(variable))).toEqual([])
    expect(`draftsmith-${environment.DRAFTSMITH_ROLE}`).toBe(name)
    expect(problemsOf(environment)).toEqual(noKey)
    expect(ports).toEqual([{ name: 'http', containerPort: variables.parse({}).PORT }])
    expect(volumeMounts.map((mount) => mount.name)).toEqual(pod.volumes.map((volume) => volume.name))
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain(environment) + 20)
  })
})

it('the run line of the Dockerfile says again what a .env made from the example would take away', () => {
  const dockerfile = read('Dockerfile')
  for (const [, name = '', value] of dockerfile.matchAll(/\b(HOST|DRAFTSMITH_DATA_DIR)=(\S+)/g))
    expect(dockerfile).toMatch(new RegExp(`^# .* -e ${name}=${value}`, 'm'))
})

function duration() {
  return z.string().regex(/^\d+[sm]$/)
}

function seconds(written: string): number {
  return Number.parseInt(written, 10) * (written.endsWith('m') ? 60 : 1)
}

function drain(environment: Record<string, string>): number {
  return variables.shape.DRAFTSMITH_DRAIN_SECONDS.parse(environment.DRAFTSMITH_DRAIN_SECONDS)
}
