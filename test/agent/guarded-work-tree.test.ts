import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGuardedWorkTree, type Permit } from '../../src/agent/guarded-work-tree.ts'
import type { SearchRequest, WorkTree } from '../../src/agent/work-tree.ts'

let folder: string
let root: string
let tree: WorkTree
let asked: string[]

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'guarded-')))
  root = join(folder, 'tree')
  mkdirSync(root)
  asked = []
  const may = (path: string): Permit => {
    asked.push(path)
    return path.startsWith('config/')
      ? { allowed: false, rule: 'protected_path', message: `${path} is protected.` }
      : { allowed: true }
  }
  tree = createGuardedWorkTree({
    root,
    files: async () => filesIn(root),
    mayRead: (path) =>
      path.endsWith('.env')
        ? { allowed: false, rule: 'unreadable', message: `${path} may not be read.` }
        : { allowed: true },
    mayWrite: may,
    scan: async (text) =>
      text.includes('SECRET') ? [{ rule: 'test-key', line: text.split('SECRET')[0]?.split('\n').length ?? 1 }] : [],
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

function filesIn(base: string): string[] {
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(base, join(entry.parentPath, entry.name)))
}

function put(path: string, content: string | Buffer): string {
  const absolute = join(root, path)
  mkdirSync(dirname(absolute), { recursive: true })
  writeFileSync(absolute, content)
  return absolute
}

const refused = (rule: string) => expect.objectContaining({ kind: 'refused', rule })

test('a file is written, read and deleted; folders come with it', async () => {
  expect(await tree.writeText('src/deep/a.ts', 'one\n')).toEqual({ kind: 'written' })
  expect(await tree.readText('src/deep/a.ts')).toEqual({ kind: 'text', text: 'one\n' })
  expect(await tree.list()).toEqual(['src/deep/a.ts'])
  expect(await tree.delete('src/deep/a.ts')).toEqual({ kind: 'deleted' })
  expect(await tree.readText('src/deep/a.ts')).toEqual(refused('not_found'))
})

test.each(['/etc/passwd', '../outside.txt', 'a/../../outside.txt', '', '.', 'a\0b', '..\\outside.txt'])(
  '%j leaves the tree',
  async (path) => {
    writeFileSync(join(folder, 'outside.txt'), 'out')
    expect(await tree.readText(path)).toEqual(refused('outside_work_tree'))
    expect(await tree.writeText(path, 'x')).toEqual(refused('outside_work_tree'))
    expect(await tree.delete(path)).toEqual(refused('outside_work_tree'))
    expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('out')
  },
)

test.each(['.git/config', '.GIT/hooks/pre-commit', 'sub/.git'])('%s belongs to git', async (path) => {
  expect(await tree.writeText(path, 'x')).toEqual(refused('git_folder'))
})

test('symbolic links are not followed, neither a file nor a folder on the way', async () => {
  writeFileSync(join(folder, 'outside.txt'), 'out')
  mkdirSync(join(folder, 'elsewhere'))
  symlinkSync(join(folder, 'outside.txt'), join(root, 'link.txt'))
  symlinkSync(join(folder, 'elsewhere'), join(root, 'linked'))
  symlinkSync(join(folder, 'new.txt'), join(root, 'dangling.txt'))
  for (const path of ['link.txt', 'linked/new.txt', 'dangling.txt']) {
    expect(await tree.readText(path)).toEqual(refused('symbolic_link'))
    expect(await tree.writeText(path, 'x')).toEqual(refused('symbolic_link'))
    expect(await tree.delete(path)).toEqual(refused('symbolic_link'))
  }
  expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('out')
  expect(existsSync(join(folder, 'new.txt'))).toBe(false)
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual([])
})

test('the policy is asked about the normalised path, and its rule is named', async () => {
  expect(await tree.writeText('./config//app.json', '{}')).toEqual({
    kind: 'refused',
    rule: 'protected_path',
    message: 'config/app.json is protected.',
  })
  await tree.writeText('e\u0301.txt', 'x')
  expect(asked).toEqual(['config/app.json', '\u00e9.txt'])
  expect(readdirSync(root)).toEqual(['\u00e9.txt'])
})

test('a name that is stored decomposed is found by its composed spelling', async () => {
  put('e\u0301.txt', 'x')
  expect(await tree.writeText('\u00e9.txt', 'y')).toEqual({ kind: 'written' })
  expect(readdirSync(root)).toEqual(['e\u0301.txt'])
})

test('mode, line ends and byte order mark stay', async () => {
  const script = put('run.sh', '\uFEFFone\r\ntwo\r\n')
  chmodSync(script, 0o755)
  expect(await tree.readText('run.sh')).toEqual({ kind: 'text', text: 'one\ntwo\n' })
  await tree.writeText('run.sh', 'one\nthree\n')
  expect(readFileSync(script, 'utf8')).toBe('\uFEFFone\r\nthree\r\n')
  expect(statSync(script).mode & 0o777).toBe(0o755)
})

test('mixed line ends are left alone', async () => {
  const file = put('mixed.txt', 'a\r\nb\nc\n')
  const read = await tree.readText('mixed.txt')
  expect(read).toEqual({ kind: 'text', text: 'a\r\nb\nc\n' })
  await tree.writeText('mixed.txt', 'a\r\nb\nd\n')
  expect(readFileSync(file, 'utf8')).toBe('a\r\nb\nd\n')
})

test('a hard-linked copy elsewhere does not change', async () => {
  const cached = join(folder, 'cached.txt')
  writeFileSync(cached, 'old')
  linkSync(cached, join(root, 'a.txt'))
  await tree.writeText('a.txt', 'new')
  expect([readFileSync(cached, 'utf8'), readFileSync(join(root, 'a.txt'), 'utf8')]).toEqual(['old', 'new'])
  expect(readdirSync(root)).toEqual(['a.txt'])
})

test('binary, other encodings, folders, pipes and large files are refused', async () => {
  put('image.png', Buffer.from([0x89, 0, 1]))
  put('latin1.txt', Buffer.from([0x63, 0xe9]))
  put('large.txt', 'x'.repeat(1024 * 1024 + 1))
  put('dir/a.txt', '')
  execFileSync('mkfifo', [join(root, 'pipe')])
  expect(await tree.readText('image.png')).toEqual(refused('not_text'))
  expect(await tree.writeText('image.png', 'text')).toEqual(refused('not_text'))
  expect(await tree.readText('latin1.txt')).toEqual(refused('not_text'))
  expect(await tree.readText('large.txt')).toEqual(refused('too_large'))
  expect(await tree.readText('dir')).toEqual(refused('not_a_file'))
  expect(await tree.readText('pipe')).toEqual(refused('not_a_file'))
  expect(await tree.writeText('dir/a.txt/b.txt', 'x')).toEqual(refused('not_a_file'))
  expect(await tree.writeText('b.txt', 'x'.repeat(1024 * 1024 + 1))).toEqual(refused('too_large'))
  expect(await tree.writeText('b.txt', 'a\0b')).toEqual(refused('not_text'))
})

test('a credential is neither written nor shown, and the rule names the line', async () => {
  expect(await tree.writeText('a.ts', 'x\nSECRET\n')).toEqual({
    kind: 'refused',
    rule: 'secret',
    message: 'a.ts holds what looks like a credential (test-key, line 2).',
  })
  expect(existsSync(join(root, 'a.ts'))).toBe(false)
  put('b.ts', 'find me SECRET')
  expect(await tree.readText('b.ts')).toEqual(refused('secret'))
  expect(await tree.search(looking('find me'))).toEqual({ kind: 'found', hits: [], more: false, hidden: ['b.ts'] })
})

test('what may not be read is neither listed nor searched', async () => {
  put('prod.env', 'find me')
  put('a.txt', 'find me')
  expect(await tree.readText('prod.env')).toEqual(refused('unreadable'))
  expect(await tree.list()).toEqual(['a.txt'])
  expect(await tree.search(looking('find me'))).toMatchObject({ hits: [{ path: 'a.txt', line: 1, text: 'find me' }] })
})

function looking(pattern: string, more: Partial<SearchRequest> = {}): SearchRequest {
  return { pattern, regex: false, ignoreCase: false, limit: 10, ...more }
}

test('search takes literal text, regular expressions and case as asked', async () => {
  put('a.txt', 'f(x)\nF(X)\nfoo')
  const lines = async (request: SearchRequest) => {
    const found = await tree.search(request)
    return found.kind === 'found' ? found.hits.map((hit) => hit.line) : found.rule
  }
  expect(await lines(looking('f(x)'))).toEqual([1])
  expect(await lines(looking('f(x)', { ignoreCase: true }))).toEqual([1, 2])
  expect(await lines(looking('^f.o$', { regex: true }))).toEqual([3])
  expect(await lines(looking('^F', { regex: true, ignoreCase: true }))).toEqual([1, 2, 3])
  expect(await lines(looking('(', { regex: true }))).toBe('bad_pattern')
})

test('search stops at its limit and says that there is more', async () => {
  for (const name of ['a', 'b', 'c']) put(`${name}.txt`, 'hit\nhit\n')
  expect(await tree.search(looking('hit', { limit: 3 }))).toMatchObject({
    more: true,
    hits: [{ path: 'a.txt' }, { path: 'a.txt' }, { path: 'b.txt' }],
  })
  expect(await tree.search(looking('hit', { limit: 6 }))).toMatchObject({ more: false })
})

test('a pattern that would run for ever is given up', async () => {
  put('a.txt', `${'a'.repeat(60)}!`)
  expect(await tree.search(looking('^(a+)+$', { regex: true }))).toEqual(refused('slow_pattern'))
})
