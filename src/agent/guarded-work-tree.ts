// The work tree on disk. Every read and write asks the policy, every text is scanned for credentials, nothing leaves the folder.
import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { mkdir, open, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { textSearch } from './text-search.ts'
import { refuse, resolveInTree, type SeenFolders, type TreePath } from './tree-path.ts'
import type { Refusal, SearchRequest, SearchResult, WorkTree } from './work-tree.ts'

export type Permit = { allowed: true } | { allowed: false; rule: string; message: string }

export interface GuardedWorkTreeOptions {
  /** Absolute path of the folder; itself not a symbolic link. */
  root: string
  /** Files that git tracks or would add, as POSIX paths. */
  files: () => Promise<string[]>
  mayRead: (path: string) => Permit
  mayWrite: (path: string) => Permit
  /** Credentials in a text: rule and line, never the secret itself. */
  scan: (text: string, path: string) => Promise<{ rule: string; line: number }[]>
}

/** Files above this are neither read nor written. */
const largestBytes = 1024 * 1024

interface Content {
  kind: 'content'
  text: string
  crlf: boolean
  mark: boolean
  mode: number
}

export function createGuardedWorkTree(options: GuardedWorkTreeOptions): WorkTree {
  const { root, mayRead, mayWrite, scan } = options

  const permitted = (given: string, may: (path: string) => Permit): TreePath | Refusal => {
    const target = resolveInTree(root, given)
    if (target.kind === 'refused') return target
    const permit = may(target.path)
    return permit.allowed ? target : refuse(permit.rule, permit.message)
  }

  const list = async () => (await options.files()).filter((path) => mayRead(path.normalize('NFC')).allowed).sort()

  return {
    list,

    async readText(given) {
      const target = permitted(given, mayRead)
      if (target.kind === 'refused') return target
      const content = readContent(target)
      if (content.kind === 'refused') return content
      return (await secretIn(scan, content.text, target.path)) ?? { kind: 'text', text: content.text }
    },

    async writeText(given, text) {
      const target = permitted(given, mayWrite)
      if (target.kind === 'refused') return target
      const before = target.found === 'file' ? readContent(target) : undefined
      if (before?.kind === 'refused') return before
      const refused = unfit(text, target.path) ?? (await secretIn(scan, text, target.path))
      if (refused) return refused
      await replaceFile(target, before?.kind === 'content' ? inStyleOf(before, text) : text, before?.mode)
      return { kind: 'written' }
    },

    async delete(given) {
      const target = permitted(given, mayWrite)
      if (target.kind === 'refused') return target
      if (target.found === 'nothing') return notFound(target.path)
      await unlink(target.absolute)
      return { kind: 'deleted' }
    },

    async search(request) {
      const seen: SeenFolders = new Map()
      return search(request, { list, scan, read: (path) => readIn(root, path, seen) })
    },
  }
}

async function search(
  request: SearchRequest,
  tree: {
    list: WorkTree['list']
    scan: GuardedWorkTreeOptions['scan']
    read: (path: string) => string | undefined
  },
): Promise<SearchResult | Refusal> {
  const paths = (await tree.list()).filter((path) => request.accepts?.(path) ?? true)
  const found = await textSearch(request, paths, tree.read)
  if (found.kind === 'refused') return found
  const hidden: string[] = []
  for (const [path, text] of found.texts) {
    if ((await tree.scan(text, path)).length > 0) hidden.push(path)
  }
  return { kind: 'found', hits: found.hits.filter((hit) => !hidden.includes(hit.path)), more: found.more, hidden }
}

/** Undefined for whatever cannot be searched: one unreadable file must not end a search. */
function readIn(root: string, path: string, seen: SeenFolders): string | undefined {
  const target = resolveInTree(root, path, seen)
  if (target.kind === 'refused' || target.found === 'nothing') return undefined
  try {
    const content = readContent(target)
    return content.kind === 'content' ? content.text : undefined
  } catch {
    return undefined
  }
}

/**
 * Opened without following a link that might have replaced the file since it was looked at, and without waiting for a pipe.
 * At once: five trips to another thread take ten times as long as reading a source file, and a search reads all of them.
 * Writing is left to other threads: a file system that commits holds whoever changes it, for a second if it must.
 */
function readContent(target: TreePath): Content | Refusal {
  if (target.found === 'nothing') return notFound(target.path)
  const file = openSync(target.absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) return refuse('not_a_file', `${target.path} is not a file.`)
    if (stats.size > largestBytes) return tooLarge(target.path, stats.size)
    return decoded(readFileSync(file), target.path, stats.mode & 0o777)
  } finally {
    closeSync(file)
  }
}

function decoded(bytes: Buffer, path: string, mode: number): Content | Refusal {
  if (bytes.includes(0)) return refuse('not_text', `${path} is a binary file.`)
  let raw: string
  try {
    raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse('not_text', `${path} is not UTF-8 text.`)
  }
  const mark = raw.startsWith('\uFEFF')
  const text = mark ? raw.slice(1) : raw
  const crlf = text.includes('\r\n') && !/(^|[^\r])\n/.test(text)
  return { kind: 'content', text: crlf ? text.replaceAll('\r\n', '\n') : text, crlf, mark, mode }
}

function inStyleOf(before: Content, text: string): string {
  const lines = before.crlf ? text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') : text
  return before.mark ? `\uFEFF${lines}` : lines
}

/** A new file takes the old one's place in one step. A file shared by hard links, as caches make them, stays as it is elsewhere. */
async function replaceFile(target: TreePath, text: string, mode = 0o644): Promise<void> {
  const folder = dirname(target.absolute)
  await mkdir(folder, { recursive: true })
  const draft = join(folder, `.draft-${randomBytes(6).toString('hex')}`)
  try {
    await writeNew(draft, text, mode)
    await rename(draft, target.absolute)
  } catch (thrown) {
    await rm(draft, { force: true })
    throw thrown
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode)
  try {
    await file.writeFile(text)
    await file.chmod(mode)
  } finally {
    await file.close()
  }
}

function unfit(text: string, path: string): Refusal | undefined {
  if (text.includes('\0') || !text.isWellFormed()) return refuse('not_text', `The new content of ${path} is not text.`)
  const bytes = Buffer.byteLength(text)
  return bytes > largestBytes ? tooLarge(path, bytes) : undefined
}

async function secretIn(
  scan: GuardedWorkTreeOptions['scan'],
  text: string,
  path: string,
): Promise<Refusal | undefined> {
  const [found] = await scan(text, path)
  return found && refuse('secret', `${path} holds what looks like a credential (${found.rule}, line ${found.line}).`)
}

function tooLarge(path: string, bytes: number): Refusal {
  return refuse('too_large', `${path} has ${bytes} bytes; at most ${largestBytes} are read or written.`)
}

function notFound(path: string): Refusal {
  return refuse('not_found', `There is no file ${path}.`)
}
