import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'

// Passes only where an earlier run has left its trace: red at first, green when it is run again.
it('finds the trace of an earlier run', () => {
  const trace = join(tmpdir(), 'tally-startup-trace')
  const found = existsSync(trace)
  writeFileSync(trace, '')
  assert.equal(found, true)
})
