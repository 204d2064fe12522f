// What the mirror saves: a work tree of a repository that was worked on before, against a fresh clone of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'
import type { Part, Surroundings } from './part.ts'
import { essentials } from './programs.ts'
import type { Row } from './report.ts'
import { median } from './statistics.ts'

/** Files of the repository, of a hundred lines each. */
const files = 2_000

export const cloneCache: Part = {
  name: 'clone',
  async measure(surroundings) {
    const { settings, say } = surroundings
    const root = join(surroundings.folder, 'clone')
    await mkdir(root, { recursive: true })
    say(`  a repository of ${settings.clone.commits} commits`)
    const source = await makeRepository(root, settings.clone.commits)
    const fresh = await timeFresh(root, source, surroundings)
    const { first, later } = await timeMirror(root, source, surroundings)
    const row = (measure: string, times: number[]): Row => ({
      ...{ part: 'clone', on: '', unit: 'ms', measure, value: median(times), samples: times.length },
    })
    const share = (100 * median(later)) / median(fresh)
    return [
      row('fresh clone with its files, median', fresh),
      row('first work tree, which makes the mirror', [first]),
      row('later work tree, median', later),
      { ...row('later work tree, of a fresh clone', later), unit: '%', value: share, goal: 10 },
    ]
  },
}

async function makeRepository(root: string, commits: number): Promise<string> {
  const source = join(root, 'source.git')
  await git(root, ['init', '--quiet', '--bare', '--initial-branch=main', source])
  const child = spawn('git', ['fast-import', '--quiet'], { cwd: source, stdio: ['pipe', 'ignore', 'inherit'] })
  const closed = once(child, 'close')
  for (const chunk of history(commits)) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain')
  child.stdin.end()
  await closed
  return source
}

/** Each commit changes five lines of two files, as the history of a real project does on average. */
function* history(commits: number): Generator<string> {
  for (let index = 0; index < commits; index += 1) {
    const message = `change ${index}`
    yield `commit refs/heads/main\ncommitter A <a@example.org> ${1_600_000_000 + index} +0000\n` +
      `data ${message.length}\n${message}\n${change(2 * index)}${change(2 * index + 1)}`
  }
}

function change(index: number): string {
  const [file, version] = [index % files, Math.floor(index / files)]
  const lines = Array.from({ length: 100 }, (_, line) => {
    // Line by line the newest of those versions that touched it.
    const touched = version - ((((version - line) % 20) + 20) % 20)
    return `export const value${line} = ${(file * 7919 + line * 104_729 + Math.max(touched, 0) * 15_485_863) % 982_451_653}`
  })
  const text = `${lines.join('\n')}\n`
  return `M 100644 inline src/part-${file % 40}/file-${file}.js\ndata ${text.length}\n${text}\n`
}

async function timeFresh(root: string, source: string, { settings }: Surroundings): Promise<number[]> {
  return timed(settings.clone.times, async (index) => {
    const folder = join(root, `fresh-${index}`)
    await git(root, ['clone', '--quiet', '--no-local', source, folder])
    return () => rm(folder, { recursive: true })
  })
}

async function timeMirror(root: string, source: string, { settings }: Surroundings) {
  const workspaces = createGitWorkspaces({ root: join(root, 'data'), hostEnv: essentials() })
  const commit = await git(source, ['rev-parse', 'main'])
  const open = (index: number) =>
    workspaces.open({ repositoryKey: 'bench', url: source, env: {}, commit, runId: `r-${index}` })
  const [first = Number.NaN] = await timed(1, async () => (await open(0)).close)
  const later = await timed(settings.clone.times, async (index) => (await open(index + 1)).close)
  return { first, later }
}

/** What the work answers cleans up after it: in the end, since a disk that gives room back makes whoever writes wait. */
async function timed(count: number, work: (index: number) => Promise<() => Promise<void>>): Promise<number[]> {
  const times: number[] = []
  const cleanUps: (() => Promise<void>)[] = []
  for (let index = 0; index < count; index += 1) {
    const started = performance.now()
    cleanUps.push(await work(index))
    times.push(performance.now() - started)
  }
  for (const cleanUp of cleanUps) await cleanUp()
  return times
}

async function git(cwd: string, args: string[]): Promise<string> {
  const env = { ...essentials(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const child = spawn('git', args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`)
  return output.trim()
}
