// `npm run build`: JavaScript and type declarations in dist/, with the files that code reads beside itself.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const compiled = spawnSync('tsc', ['-p', join(root, 'tools/tsconfig.build.json')], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(1)
for (const file of globSync('src/**/*.{md,json,sql}', { cwd: root })) {
  const target = join(root, 'dist', relative('src', file))
  mkdirSync(dirname(target), { recursive: true })
  cpSync(join(root, file), target)
}
chmodSync(join(root, 'dist/cli/draftsmith.js'), 0o755)
