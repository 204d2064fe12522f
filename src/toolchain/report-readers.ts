// Every report that is known, by the name that a check carries: functions do not survive a record.
import { cargoReader } from './reports/cargo-text.ts'
import { goReader } from './reports/go-json.ts'
import { jestReader, vitestReader } from './reports/jest-json.ts'
import { junitFileReader, pytestReader } from './reports/junit.ts'
import { gradleReader, surefireReader } from './reports/jvm-junit.ts'
import { minitestReader } from './reports/minitest-events.ts'
import { mochaReader } from './reports/mocha-json.ts'
import { nodeReader } from './reports/node-events.ts'
import { phpunitReader } from './reports/phpunit-junit.ts'
import { rspecReader } from './reports/rspec-json.ts'
import { tapReader } from './reports/tap.ts'
import { trxReader } from './reports/trx.ts'
import { unittestReader } from './reports/unittest-text.ts'
import type { ReportFormat, ReportReader } from './toolchain.ts'

const readers: Record<Exclude<ReportFormat, 'text'>, ReportReader> = {
  'node-events': nodeReader,
  'node-tap': tapReader,
  'vitest-json': vitestReader,
  'jest-json': jestReader,
  'mocha-json': mochaReader,
  'junit-file': junitFileReader,
  'pytest-junit': pytestReader,
  'unittest-text': unittestReader,
  'go-json': goReader,
  'cargo-text': cargoReader,
  surefire: surefireReader,
  gradle: gradleReader,
  'rspec-json': rspecReader,
  'minitest-events': minitestReader,
  'phpunit-junit': phpunitReader,
  trx: trxReader,
}

/** Undefined for `text`, which has no test names. */
export function readerOf(format: ReportFormat): ReportReader | undefined {
  return format === 'text' ? undefined : readers[format]
}
