// Process entry of the service: config → compose → listen. Stops gracefully on SIGTERM and SIGINT.
import { pino } from 'pino'
import { composeService } from './compose.ts'
import { describeProblems } from './config/problems.ts'
import { readConfig } from './config.ts'
import { toFault } from './errors.ts'
import { listen } from './web/listen.ts'

const read = readConfig(process.env, ['github', 'service'])
if (read.kind === 'invalid') {
  console.error(`Draftsmith cannot start. ${describeProblems(read.problems)}`)
  process.exit(2)
}
const { config } = read
const log = pino({ level: config.logLevel, redact: ['*.token', '*.authorization', '*.privateKey'] })

try {
  const service = await composeService(config, log)
  const server = await listen(config, service, log)
  if (config.role !== 'web') {
    await service.worker.start()
    service.rounds.start()
  }
  log.info(
    {
      url: server.url,
      role: config.role,
      database: config.databaseUrl ? 'postgres' : 'embedded',
      sandbox: config.sandbox,
    },
    'Draftsmith is ready',
  )
  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping')
    await server.close()
    await Promise.all([service.rounds.stop(), service.worker.stop(config.drainSeconds * 1_000)])
    await service.ledger.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))
} catch (thrown) {
  const fault = toFault(thrown)
  log.fatal({ err: fault, code: fault.code, mend: fault.mend }, fault.message)
  console.error(`Draftsmith cannot start: ${fault.message}${fault.mend ? `\n${fault.mend}` : ''}`)
  process.exit(1)
}
