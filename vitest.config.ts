import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// No test may find somebody's real key or database by accident.
const secrets =
  /^(ANTHROPIC_API_KEY|GITHUB_TOKEN|APP_ID|PRIVATE_KEY|PRIVATE_KEY_PATH|WEBHOOK_SECRET|DATABASE_URL|DRAFTSMITH_.*|OTEL_.*)$/
for (const name of Object.keys(process.env)) {
  if (secrets.test(name)) delete process.env[name]
}

// Programs of ours that tests start, and the tests' own workers, take half the time where the source was compiled before.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.compile-cache')

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // One more than the two cores that we count on: several of the longest files mostly wait, for heartbeats and pauses.
    maxWorkers: 3,
    // Only what hangs is ended: a run has some hundred processes, and on a busy machine they take their time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
