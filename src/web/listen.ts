// From the service's parts to an address that answers.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { version } from '../compose/process.ts'
import type { Service } from '../compose.ts'
import type { Role } from '../config/role.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import draftsmith from '../index.ts'
import { createBackground } from '../intake/background.ts'
import { createWebhookHandler } from '../intake/webhook-handler.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createReadiness, type Probe } from './readiness.ts'
import { createHttpServer } from './server.ts'

export interface Listening {
  url: string
  /** Takes nothing new, and waits a while for the deliveries and answers under way; the line of what waits can be long. */
  close(): Promise<void>
}

/** Well below the time that process managers give before they kill. */
const graceMs = 5_000

export async function listen(config: Config, service: Service, log: Logger): Promise<Listening> {
  const { ledger, github, waiting, replies } = service
  if (config.github === undefined) throw appMissing()
  const { appId, privateKey, webhookSecret: secret } = config.github
  const background = createBackground(log)
  const takeWebhooks = () =>
    createWebhookHandler({
      app: draftsmith({ ledger, github, replies, appId, label: config.label, log, background, waiting }),
      appId,
      privateKey,
      secret: secret ?? '',
      apiUrl: config.githubApiUrl,
      log,
    })
  const server = createHttpServer({
    webhookHandler: config.role === 'worker' ? undefined : await takeWebhooks(),
    health: () => ({ version }),
    ready: createReadiness({ probes: probesOf(config.role, service), timeoutMs: 5_000 }),
    metrics: service.metrics.read,
    log,
  })
  const url = await server.listen({ host: config.host, port: config.port })
  return {
    url,
    async close() {
      await server.close(graceMs)
      await Promise.race([background.settled(), sleep(graceMs, undefined, { ref: false })])
    },
  }
}

/** What is needed of this process; a model's or GitHub's bad hour is not this process's fault, and is not asked. */
function probesOf(role: Role, { ledger, queue, sandbox }: Service): Probe[] {
  const database: Probe[] = [
    {
      name: 'database',
      ask: async () => `answered in ${Math.round(await ledger.ping())} ms`,
      mend: 'Check DATABASE_URL and that the database runs.',
    },
    {
      name: 'queue',
      ask: () => describeQueue(ledger, queue),
      mend: 'If the database answers, restart this process; runs that wait are kept.',
    },
  ]
  if (role === 'web') return database
  const mend = '`draftsmith doctor` says what is missing.'
  return [...database, { name: 'sandbox', ask: () => describeSandbox(sandbox), mend, cacheMs: 60_000 }]
}

/** A queue that somebody has paused is no failure of this process. */
async function describeQueue(ledger: Service['ledger'], queue: Service['queue']): Promise<string> {
  const waiting = `${await ledger.count(['queued'])} waiting`
  const pause = await queue.paused()
  return pause === undefined ? waiting : `${waiting}, paused since ${pause.since.toISOString()}: ${pause.reason}`
}

async function describeSandbox(sandbox: Sandbox): Promise<string> {
  const report = await sandbox.probe()
  if (report.usable) return `${report.kind}: ${report.held.map(({ limit, by }) => `${limit} by ${by}`).join(', ')}`
  const { what, mend } = report.problem ?? { what: 'it cannot be used', mend: '`draftsmith doctor` says more.' }
  throw new Fault('infrastructure', 'sandbox_unusable', `${report.kind}: ${what}`, { mend })
}

function appMissing(): Fault {
  return new Fault('invalid_input', 'app_not_configured', 'There are no credentials of a GitHub App.', {
    mend: 'Set APP_ID, PRIVATE_KEY_PATH and WEBHOOK_SECRET.',
  })
}
