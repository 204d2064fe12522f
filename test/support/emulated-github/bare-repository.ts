// The truth about git objects: a bare repository on disk, worked by git's own plumbing.

import { spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Identity {
  name: string
  email: string
  /** ISO 8601. */
  date: string
}

export interface TreeEntry {
  mode: string
  type: 'blob' | 'tree' | 'commit'
  sha: string
  /** Bytes; undefined for trees and submodules. */
  size: number | undefined
  path: string
}

/** `sha: null` removes the path. */
export interface TreeEdit {
  path: string
  mode: string
  sha: string | null
}

export interface ImportedFile {
  path: string
  mode: string
  content: Buffer
}

export interface CommitObject {
  sha: string
  tree: string
  parents: string[]
  author: Identity
  committer: Identity
  message: string
  signature: string | undefined
  /** What the signature is over. */
  payload: string
}

export class GitFailure extends Error {}

// GitHub lets anybody who may read fetch a commit by its SHA, and filter a clone.
const CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[http]
\treceivepack = true
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
`

let indexes = 0

export class BareRepository {
  readonly dir: string
  /** All refs by full name, as of the last change. */
  readonly refs = new Map<string, string>()

  private constructor(dir: string) {
    this.dir = dir
  }

  static async create(dir: string, defaultBranch: string): Promise<BareRepository> {
    // What `git init --bare` writes, without waiting for a process.
    await mkdir(join(dir, 'objects'), { recursive: true })
    await mkdir(join(dir, 'refs', 'heads'), { recursive: true })
    await writeFile(
      join(dir, 'HEAD'),
      `ref: refs/heads/${defaultBranch}
`,
    )
    await writeFile(join(dir, 'config'), CONFIG)
    return new BareRepository(dir)
  }

  get empty(): boolean {
    return ![...this.refs.keys()].some((ref) => ref.startsWith('refs/heads/'))
  }

  branches(): Map<string, string> {
    const heads = [...this.refs].filter(([ref]) => ref.startsWith('refs/heads/'))
    return new Map(heads.map(([ref, sha]) => [ref.slice('refs/heads/'.length), sha]))
  }

  branch(name: string): string | undefined {
    return this.refs.get(`refs/heads/${name}`)
  }

  /** Reads the refs again, after something else wrote them. */
  async reload(): Promise<void> {
    const lines = await this.text(['for-each-ref', '--format=%(objectname) %(refname)'])
    this.refs.clear()
    for (const line of lines.split('\n').filter(Boolean)) this.refs.set(line.slice(41), line.slice(0, 40))
  }

  /** A branch, tag, full ref or SHA to a commit. */
  async resolve(revision: string): Promise<string | undefined> {
    const known = this.branch(revision) ?? this.refs.get(revision) ?? this.refs.get(`refs/tags/${revision}`)
    const name = known ?? revision
    if (!known && !/^[0-9a-f]{4,40}$/.test(name)) return undefined
    return this.text(['rev-parse', '--verify', '-q', `${name}^{commit}`]).catch(() => undefined)
  }

  /** Undefined when there is no such object. */
  async type(sha: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{40}$/.test(sha)) return undefined
    return this.text(['cat-file', '-t', sha]).catch(() => undefined)
  }

  blob(sha: string): Promise<Buffer> {
    return this.git(['cat-file', 'blob', sha])
  }

  async writeBlob(content: Buffer): Promise<string> {
    return (await this.git(['hash-object', '-w', '--stdin'], { input: content })).toString().trim()
  }

  async tree(treeish: string, options: { recursive?: boolean; path?: string } = {}): Promise<TreeEntry[]> {
    const flags = options.recursive ? ['-r', '-t'] : []
    const paths = options.path === undefined ? [] : ['--', options.path]
    const out = await this.git(['ls-tree', '-z', '-l', '--full-tree', ...flags, treeish, ...paths])
    return out.toString().split('\0').filter(Boolean).map(parseTreeEntry)
  }

  /** A new tree from another one; the SHA. */
  async writeTree(base: string | undefined, edits: TreeEdit[]): Promise<string> {
    indexes += 1
    const index = join(this.dir, `index-${indexes}`)
    const env = { GIT_INDEX_FILE: index }
    try {
      if (base) await this.git(['read-tree', base], { env })
      const info = edits.map((edit) => indexLine(edit)).join('')
      await this.git(['update-index', '-z', '--index-info'], { env, input: Buffer.from(info) })
      return (await this.git(['write-tree'], { env })).toString().trim()
    } finally {
      await rm(index, { force: true })
    }
  }

  /** A tree of everything in a folder, as `git add` sees it; `.gitignore` holds. */
  async writeFolder(folder: string): Promise<string> {
    indexes += 1
    const index = join(this.dir, `index-${indexes}`)
    const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: folder }
    try {
      await this.git(['add', '-A', '--', '.', ':(exclude,glob)**/node_modules/**'], { env, cwd: folder })
      return (await this.git(['write-tree'], { env })).toString().trim()
    } finally {
      await rm(index, { force: true })
    }
  }

  /** The first commit of a branch from files alone: one process instead of one a file. */
  async importCommit(
    branch: string,
    commit: { files: ImportedFile[]; author: Identity; message: string },
  ): Promise<void> {
    const data = (content: Buffer) => [Buffer.from(`data ${content.length}\n`), content, Buffer.from('\n')]
    const who = identityLine(commit.author)
    const head = `commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\n`
    const files = commit.files.flatMap(({ path, mode, content }) => [
      Buffer.from(`M ${mode} inline ${JSON.stringify(path)}\n`),
      ...data(content),
    ])
    const input = Buffer.concat([Buffer.from(head), ...data(Buffer.from(commit.message)), ...files])
    await this.git(['fast-import', '--quiet', '--date-format=raw'], { input })
    this.refs.set(`refs/heads/${branch}`, (await readFile(join(this.dir, 'refs', 'heads', branch), 'utf8')).trim())
  }

  async writeCommit(commit: Omit<CommitObject, 'sha' | 'payload'>): Promise<string> {
    const signature = commit.signature ? [`gpgsig ${commit.signature.trimEnd().replaceAll('\n', '\n ')}`] : []
    const head = [
      `tree ${commit.tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${identityLine(commit.author)}`,
      `committer ${identityLine(commit.committer)}`,
      ...signature,
    ]
    const input = Buffer.from(`${head.join('\n')}\n\n${commit.message}`)
    return (await this.git(['hash-object', '-t', 'commit', '-w', '--stdin'], { input })).toString().trim()
  }

  async commit(sha: string): Promise<CommitObject> {
    return parseCommit(sha, (await this.git(['cat-file', 'commit', sha])).toString())
  }

  /** `from` undefined creates; throws when the ref stands elsewhere. */
  async setRef(ref: string, sha: string, from?: string): Promise<void> {
    await this.git(['update-ref', ref, sha, from ?? '0'.repeat(40)])
    this.refs.set(ref, sha)
  }

  async deleteRef(ref: string): Promise<void> {
    await this.git(['update-ref', '-d', ref])
    this.refs.delete(ref)
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return this.git(['merge-base', '--is-ancestor', ancestor, descendant]).then(
      () => true,
      () => false,
    )
  }

  async text(args: string[]): Promise<string> {
    return (await this.git(args)).toString().trim()
  }

  git(args: string[], options: { input?: Buffer; env?: Record<string, string>; cwd?: string } = {}): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = spawn('git', args, {
        cwd: options.cwd ?? this.dir,
        env: { ...gitEnvironment(), GIT_DIR: this.dir, GIT_LITERAL_PATHSPECS: options.cwd ? '0' : '1', ...options.env },
      })
      const out: Buffer[] = []
      const errors: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
      child.stdin.on('error', () => {})
      child.on('error', reject)
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out))
        else reject(new GitFailure(`git ${args[0]} ended with ${code}: ${Buffer.concat(errors).toString().trim()}`))
      })
      child.stdin.end(options.input)
    })
  }
}

/** Nothing of the person's own configuration, so that the same seed gives the same SHAs everywhere. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  }
}

function parseTreeEntry(record: string): TreeEntry {
  const tab = record.indexOf('\t')
  const [mode = '', type, sha = '', size = '-'] = record.slice(0, tab).split(/ +/)
  return {
    mode,
    type: type === 'tree' || type === 'commit' ? type : 'blob',
    sha,
    size: size === '-' ? undefined : Number(size),
    path: record.slice(tab + 1),
  }
}

function indexLine(edit: TreeEdit): string {
  return edit.sha === null ? `0 ${'0'.repeat(40)}\t${edit.path}\0` : `${edit.mode} ${edit.sha}\t${edit.path}\0`
}

function identityLine({ name, email, date }: Identity): string {
  const offset = /([+-])(\d\d):?(\d\d)$/.exec(date)
  const zone = offset ? `${offset[1]}${offset[2]}${offset[3]}` : '+0000'
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} ${zone}`
}

function parseCommit(sha: string, raw: string): CommitObject {
  const end = raw.indexOf('\n\n')
  const headers = unfold(raw.slice(0, end))
  const field = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const signature = field('gpgsig')[0]
  const unsigned = headers.filter((line) => !line.startsWith('gpgsig '))
  return {
    sha,
    tree: field('tree')[0] ?? '',
    parents: field('parent'),
    author: parseIdentity(field('author')[0] ?? ''),
    committer: parseIdentity(field('committer')[0] ?? ''),
    message: raw.slice(end + 2),
    signature,
    payload: `${unsigned.join('\n')}${raw.slice(end)}`,
  }
}

/** A header goes on in the next line when that begins with a space. */
function unfold(head: string): string[] {
  const headers: string[] = []
  for (const line of head.split('\n')) {
    if (line.startsWith(' ')) headers.push(`${headers.pop() ?? ''}\n${line.slice(1)}`)
    else headers.push(line)
  }
  return headers
}

function parseIdentity(line: string): Identity {
  const match = /^(.*) <(.*)> (\d+) /.exec(`${line} `)
  const seconds = Number(match?.[3] ?? 0)
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', date: isoSeconds(new Date(seconds * 1000)) }
}

/** GitHub's times have no milliseconds. */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z')
}
