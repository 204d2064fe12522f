import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createNoneSandbox } from '../../../src/sandbox/none-sandbox.ts'
import type { SandboxSession } from '../../../src/sandbox/sandbox.ts'
import type { ReadFile } from '../../../src/toolchain/toolchain.ts'

export interface Repository extends AsyncDisposable {
  tree: string
  home: string
  session: SandboxSession
}

const limits = {
  deadlineMs: 200_000,
  memoryBytes: 4 * 1024 ** 3,
  processes: 512,
  cpus: 2,
  fileBytes: 1024 ** 3,
  diskBytes: 4 * 1024 ** 3,
  openFiles: 4_096,
}

/** A repository on disk whose commands really run. `env` is added to their environment. */
export async function openRepository(
  files: Record<string, string>,
  env: Record<string, string> = {},
): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-toolchain-'))
  const tree = join(folder, 'tree')
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true })
  await mkdir(tree, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, name)), { recursive: true })
    await writeFile(join(tree, name), text)
  }
  const session = await createNoneSandbox({ hostEnv: process.env }).open({
    runId: 'r-test',
    workTree: tree,
    home,
    readOnly: [],
    limits,
    env: { CI: 'true', ...env },
  })
  const close = async () => {
    await session.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { tree, home, session, [Symbol.asyncDispose]: close }
}

export function readerOf(files: Record<string, string>): ReadFile {
  return async (path) => files[path]
}

export async function withoutLogs(): Promise<void> {}
