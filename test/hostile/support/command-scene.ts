// A run as the service has it, and beside it what its commands must not reach. Without the defence: a shell.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBubblewrapSandbox } from '../../../src/sandbox/bubblewrap-sandbox.ts'
import type { Command, CommandResult, ResourceLimits } from '../../../src/sandbox/sandbox.ts'
import { type Defence, inScenes } from './hostile-case.ts'
import { openProxy } from './open-proxy.ts'

export interface CommandScene extends AsyncDisposable {
  defence: Defence
  /** Random; whoever has it has read what it should not. */
  token: string
  /** In the environment of the process that runs the attacks, and in a descriptor that it inherited. */
  secret: string
  /** Folder of everything; not shown to commands. */
  root: string
  /** What a command may write. */
  tree: string
  home: string
  run(
    command: string | Command,
    limits?: Partial<ResourceLimits>,
  ): Promise<Pick<CommandResult, 'output' | 'exitCode' | 'limit'>>
  /** The command line of a Python program in the work tree. */
  python(source: string, ...args: (string | number)[]): Promise<string>
  /** Writes the token, or another text, to a file below the root; its absolute path. */
  plant(path: string, text?: string): Promise<string>
  /** Whether a file below the root holds something else than `plant` wrote. */
  isChanged(path: string): Promise<boolean>
  /** Called when the scene ends. */
  onEnd(work: () => unknown): void
}

const limits: ResourceLimits = {
  deadlineMs: 10_000,
  memoryBytes: 512 * 1024 ** 2,
  processes: 64,
  cpus: 2,
  fileBytes: 16 * 1024 ** 2,
  diskBytes: 4 * 1024 ** 3,
  openFiles: 256,
}
const hostEnv = { PATH: process.env.PATH, HOME: process.env.HOME }
const sandbox = createBubblewrapSandbox({ hostEnv })

export const commandCase = inScenes('commands', openCommandScene)

async function openCommandScene(defence: Defence): Promise<CommandScene> {
  const root = await mkdtemp(join(tmpdir(), 'draftsmith-attack-'))
  const [tree, home] = [join(root, 'runs/r-1/tree'), join(root, 'runs/r-1/home')]
  await Promise.all([tree, home].map((folder) => mkdir(folder, { recursive: true })))
  const token = `TOKEN-${randomBytes(12).toString('hex')}`
  const endings: (() => unknown)[] = [() => rm(root, { recursive: true, force: true })]
  const planted = new Map<string, string>()
  const onEnd = (work: () => unknown) => void endings.unshift(work)
  const guarded = async (command: Command, asked: Partial<ResourceLimits>) => {
    const options = { runId: 'r-1', workTree: tree, home, readOnly: [], env: {}, limits: { ...limits, ...asked } }
    const session = await sandbox.open(options)
    return session.run(command).finally(() => session.close())
  }
  return {
    defence,
    token,
    secret: process.env.HOSTILE_SECRET ?? '',
    root,
    tree,
    home,
    onEnd,
    run(asked, some = {}) {
      const command = typeof asked === 'string' ? { line: asked } : asked
      return defence === 'on' ? guarded(command, some) : bare(command, { tree, home, onEnd })
    },
    async python(source, ...args) {
      await writeFile(join(tree, 'attack.py'), source)
      return ['python3', 'attack.py', ...args.map((arg) => `'${arg}'`)].join(' ')
    },
    async plant(path, text = token) {
      planted.set(path, text)
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
      return join(root, path)
    },
    async isChanged(path) {
      const text = await readFile(join(root, path), 'utf8').catch(() => undefined)
      return text !== planted.get(path)
    },
    async [Symbol.asyncDispose]() {
      for (const end of endings) await end()
    },
  }
}

interface Bare {
  tree: string
  home: string
  onEnd(work: () => unknown): void
}

/** A shell with our environment, and with a network through a proxy that lets everything through. */
async function bare(command: Command, { tree, home, onEnd }: Bare) {
  const proxy = command.network === undefined || command.network === 'none' ? undefined : await openProxy()
  if (proxy !== undefined) onEnd(proxy.close)
  const env = {
    ...process.env,
    HOME: home,
    ...(proxy && { HTTP_PROXY: proxy.url, http_proxy: proxy.url }),
    ...command.env,
  }
  const child = spawn('/bin/sh', ['-c', command.line], {
    cwd: join(tree, command.cwd ?? '.'),
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const closed = once(child, 'close')
  const [exitCode] = await once(child, 'exit')
  // A daemon may hold the pipes open for ever.
  await Promise.race([closed, sleep(1_000)])
  return { output, exitCode }
}
