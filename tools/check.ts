// `npm run check`: format, lint and import rules, types, dead exports, generated files and recordings up to date.
import { spawnSync } from 'node:child_process'

const steps: [name: string, command: string][] = [
  ['format, lint, import rules', 'biome check --error-on-warnings'],
  ['types', 'tsc -p .'],
  ['dead exports and dependencies', 'knip'],
  ['generated files', 'node tools/generate.ts --check'],
  ['recordings', 'node tools/check-recordings.ts'],
]

let failed = 0
for (const [name, command] of steps) {
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  if (status !== 0) failed += 1
}
process.exitCode = failed === 0 ? 0 : 1
