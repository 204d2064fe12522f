// The coder's tools on a work tree as a run has them, and what they must not reach. Without the defence: tools that do
// what they are told.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createEditTools } from '../../../src/agent/edit-tools.ts'
import { createGuardedWorkTree } from '../../../src/agent/guarded-work-tree.ts'
import { createLookTools } from '../../../src/agent/look-tools.ts'
import type { Tool } from '../../../src/agent/tools.ts'
import type { WorkTree } from '../../../src/agent/work-tree.ts'
import { mayRead, mayWrite } from '../../../src/policy/paths.ts'
import { defaultCeilings, defaultPolicy } from '../../../src/policy/policy.ts'
import { scanForSecrets } from '../../../src/verify/secret-scan.ts'
import { type Defence, inScenes } from './hostile-case.ts'

export interface ModelScene extends AsyncDisposable {
  defence: Defence
  token: string
  /** The work tree, and a folder beside it. */
  root: string
  outside: string
  tools: Tool[]
  /** What a tool answers; what it throws is an answer too, as the loop makes it one. */
  call(tool: string, input: unknown): Promise<string>
  /** Writes files of the repository, as its base has them. */
  put(files: Record<string, string>): Promise<void>
  /** Text of a file of the work tree, or of an absolute path; undefined when there is none. */
  text(path: string): Promise<string | undefined>
  /** Asks the tools to write the files, and answers the paths at which that happened. */
  written(files: Record<string, string>): Promise<string[]>
}

export const modelCase = inScenes('model', openModelScene)

export const policy = defaultPolicy(defaultCeilings)

async function openModelScene(defence: Defence): Promise<ModelScene> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'draftsmith-attack-')))
  const [root, outside] = [join(folder, 'tree'), join(folder, 'outside')]
  await Promise.all([root, outside].map((path) => mkdir(path)))
  const tree = defence === 'on' ? guarded(root) : obedient(root)
  const tools = [...createLookTools(tree), ...createEditTools(tree)]
  const text = (path: string) => readFile(path.startsWith('/') ? path : join(root, path), 'utf8').catch(() => undefined)
  const call = async (name: string, input: unknown) => {
    const tool = tools.find(({ spec }) => spec.name === name)
    const answer = await tool?.run(input).catch((thrown: unknown) => ({ text: String(thrown) }))
    return answer?.text ?? ''
  }
  return {
    defence,
    token: `TOKEN-${randomBytes(12).toString('hex')}`,
    root,
    outside,
    tools,
    text,
    call,
    put: (files) => writeAll(root, files),
    async written(files) {
      const reached: string[] = []
      for (const [path, content] of Object.entries(files)) {
        await call('create_file', { path, content })
        if ((await text(path)) === content) reached.push(path)
      }
      return reached
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function writeAll(root: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}

function guarded(root: string): WorkTree {
  return createGuardedWorkTree({
    root,
    files: () => listFiles(root),
    mayRead,
    mayWrite: (path) => mayWrite(path, policy),
    scan: (text, path) => scanForSecrets([{ path, text }]),
  })
}

/** Reads and writes whatever it is told to. */
function obedient(root: string): WorkTree {
  const notFound = { kind: 'refused', rule: 'not_found', message: 'There is no such file.' } as const
  return {
    list: () => listFiles(root),
    readText: (path) =>
      readFile(join(root, path), 'utf8').then(
        (text) => ({ kind: 'text', text }),
        () => notFound,
      ),
    async writeText(path, text) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
      return { kind: 'written' }
    },
    async delete(path) {
      await rm(join(root, path))
      return { kind: 'deleted' }
    },
    async search({ pattern }) {
      const paths = await listFiles(root)
      const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8').catch(() => '')))
      const hits = texts.flatMap((text, at) =>
        text.includes(pattern) ? [{ path: paths[at] ?? '', line: 1, text }] : [],
      )
      return { kind: 'found', hits, more: false, hidden: [] }
    },
  }
}

/** Links are listed as files: git tracks them as such. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}
