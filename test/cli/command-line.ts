// The real command line as a process of its own, with an environment that holds nothing but what a test gives.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../src/cli/draftsmith.ts', import.meta.url))

export interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
}

export interface Started {
  process: ChildProcess
  ended: Promise<Ended>
}

/** A home, a data folder and a current folder of its own; removed by `remove`. */
export class CommandLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'draftsmith-cli-'))
  readonly dataDir = join(this.folder, 'data')
  readonly #command: [string, ...string[]]

  /** `command` is what starts it; from the sources when left out. */
  constructor(command: [string, ...string[]] = [process.execPath, entry]) {
    this.#command = command
  }

  /** `input` is what stands on standard input, which is empty otherwise; `open` leaves it open. */
  start(
    args: string[],
    options: { env?: Record<string, string>; cwd?: string; input?: string | 'open' } = {},
  ): Started {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, HOME: this.folder, DRAFTSMITH_DATA_DIR: this.dataDir, ...options.env }
    const [program, ...first] = this.#command
    const child = spawn(program, [...first, ...args], { cwd: options.cwd ?? this.folder, env })
    if (options.input !== 'open') child.stdin.end(options.input ?? '')
    return { process: child, ended: endOf(child) }
  }

  run(args: string[], options: Parameters<CommandLine['start']>[1] = {}): Promise<Ended> {
    return this.start(args, options).ended
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function endOf(child: ReturnType<typeof spawn>): Promise<Ended> {
  const [stdout, stderr]: string[][] = [[], []]
  child.stdout?.on('data', (chunk: Buffer) => stdout?.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => stderr?.push(chunk.toString()))
  return new Promise((resolve) => {
    child.on('close', (exitCode) =>
      resolve({ exitCode, stdout: stdout?.join('') ?? '', stderr: stderr?.join('') ?? '' }),
    )
  })
}
