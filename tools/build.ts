// `npm run build`: JavaScript in dist/, with the files that code reads beside itself.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
compile()
for (const file of globSync('src/**/*.{md,json,sql}', { cwd: root })) copy(file)
chmodSync(join(dist, 'cli/draftsmith.js'), 0o755)

function compile(): void {
  const compiler = join(root, 'node_modules/.bin/tsc')
  const { status, error } = spawnSync(compiler, ['-p', join(root, 'tools/tsconfig.build.json')], { stdio: 'inherit' })
  if (error) console.error(`The compiler cannot be started (${error.message}). Run \`npm ci\` first.`)
  if (status !== 0) process.exit(1)
}

function copy(file: string): void {
  const target = join(dist, relative('src', file))
  mkdirSync(dirname(target), { recursive: true })
  cpSync(join(root, file), target)
}
