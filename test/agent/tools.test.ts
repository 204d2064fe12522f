import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCheckTool } from '../../src/agent/check-tool.ts'
import { createEditTools } from '../../src/agent/edit-tools.ts'
import { createLookTools } from '../../src/agent/look-tools.ts'
import type { Tool, ToolAnswer } from '../../src/agent/tools.ts'
import { FolderTree } from '../support/folder-tree.ts'

let folder: FolderTree
let tools: Tool[]
let asked: unknown[]

beforeEach(() => {
  asked = []
  folder = new FolderTree({
    'src/a.ts': 'export function add(a: number, b: number) {\n  return a - b\n}\n',
    'src/deep/b.ts': 'import { add } from "../a"\n',
    'README.md': '# Sums\n',
    'protected/key.txt': 'x\n',
  })
  tools = [
    ...createLookTools(folder.tree),
    ...createEditTools(folder.tree),
    createCheckTool({
      checks: ['test', 'lint'],
      run: async (check, tests) => {
        asked.push([check, tests])
        return check === 'lint'
          ? { kind: 'refused', message: 'lint cannot run on single files.' }
          : {
              kind: 'ran',
              runs: [{ line: 'npm test', exitCode: 1, timedOut: false, output: 'at src/a.ts:2' }],
            }
      },
    }),
  ]
})
afterEach(() => folder[Symbol.dispose]())

async function use(name: string, input: unknown): Promise<ToolAnswer> {
  const tool = tools.find(({ spec }) => spec.name === name)
  if (!tool) throw new Error(`no tool ${name}`)
  return tool.run(input)
}

test('all tools together cost less than 3,500 characters, and their names are what the prompts say', () => {
  expect(JSON.stringify(tools.map(({ spec }) => spec)).length).toBeLessThan(3_500)
  expect(tools.map(({ spec, kind }) => `${kind} ${spec.name}`)).toEqual([
    'observe list_files',
    'observe search',
    'observe read_file',
    'effect edit_file',
    'effect create_file',
    'effect delete_file',
    'measure run_check',
  ])
})

test('an input that does not fit is answered with what is wrong, null counts as left out', async () => {
  const answer = await use('read_file', { file: 'a' })
  expect(answer.isError).toBe(true)
  expect(answer.text).toContain('at path')
  expect(answer.text).toContain('"file"')
  expect(await use('read_file', 'a.ts')).toMatchObject({ isError: true })
  expect(await use('read_file', { path: 'README.md', start: null, end: null })).toEqual({
    text: 'README.md, 1 lines\n# Sums',
  })
})

describe('list_files', () => {
  test.each([
    [{}, 'README.md\nprotected/key.txt\nsrc/a.ts\nsrc/deep/b.ts'],
    [{ glob: 'src' }, 'src/a.ts\nsrc/deep/b.ts'],
    [{ glob: '*.ts' }, 'src/a.ts\nsrc/deep/b.ts'],
    [{ glob: 'src/*.ts' }, 'src/a.ts'],
    [{ glob: './src/**/*.{ts,js}' }, 'src/a.ts\nsrc/deep/b.ts'],
  ])('%j', async (input, text) => {
    expect(await use('list_files', input)).toEqual({ text })
  })

  test('says when nothing matches', async () => {
    expect(await use('list_files', { glob: '*.py' })).toEqual({ text: 'No file matches *.py.', isError: true })
  })

  test('refuses a glob that would take long to try', async () => {
    expect(await use('list_files', { glob: '*a*a*a*a*a*b' })).toMatchObject({ isError: true })
  })

  test('many files are folded into folders', async () => {
    for (let i = 0; i < 300; i++) folder.put(`src/gen/${i % 3}/f${i}.ts`, '')
    const { text } = await use('list_files', {})
    expect(text).toContain('304 files; give a glob to see more')
    expect(text).toContain('src/gen/2/ (100 files)')
    expect(text.split('\n').length).toBeLessThan(10)
  })
})

describe('search', () => {
  test('finds lines with path and number', async () => {
    expect(await use('search', { pattern: 'add' })).toEqual({
      text: 'src/a.ts:1:export function add(a: number, b: number) {\nsrc/deep/b.ts:1:import { add } from "../a"',
    })
    expect(await use('search', { pattern: 'a - b$', regex: true, glob: 'src/*.ts' })).toEqual({
      text: 'src/a.ts:2:  return a - b',
    })
    expect(await use('search', { pattern: 'nowhere' })).toEqual({ text: 'No hits.' })
  })

  test('is bounded', async () => {
    folder.put('many.txt', `${'x'.repeat(500)}\n`.repeat(100))
    const { text } = await use('search', { pattern: 'x' })
    expect(text).toContain('… more than 60 hits')
    expect(text.length).toBeLessThan(14_000)
  })
})

describe('read_file', () => {
  test('reads ranges and tells which', async () => {
    expect(await use('read_file', { path: 'src/a.ts', start: 2, end: 2 })).toEqual({
      text: 'src/a.ts, lines 2–2 of 3\n  return a - b',
    })
    expect(await use('read_file', { path: 'src/a.ts', start: '3' })).toEqual({ text: 'src/a.ts, lines 3–3 of 3\n}' })
    expect(await use('read_file', { path: 'src/a.ts', start: 9 })).toEqual({
      text: 'src/a.ts has 3 lines.',
      isError: true,
    })
  })

  test('reads around a name, where it is defined before where it is used', async () => {
    const filler = Array.from({ length: 100 }, (_, at) => `  line(${at})`)
    folder.put('long.py', ['total(1)', ...filler, 'def total(prices):', '  return 0', ...filler].join('\n'))
    expect((await use('read_file', { path: 'long.py', around: 'total' })).text).toMatch(
      /^long\.py, lines 97–161 of 203\n {2}line\(95\)\n.*def total/s,
    )
    expect((await use('read_file', { path: 'long.py', around: 'line(50)' })).text).toContain('lines 27–77 of 203')
    expect(await use('read_file', { path: 'long.py', around: 'summe' })).toEqual({
      text: 'long.py does not hold summe.',
      isError: true,
    })
  })

  test('stops at 400 lines and at 16 KiB', async () => {
    folder.put('long.txt', 'line\n'.repeat(1_000))
    folder.put('wide.txt', `${'é'.repeat(500)}\n`.repeat(100))
    folder.put('one.txt', 'x'.repeat(50_000))
    expect((await use('read_file', { path: 'long.txt' })).text).toContain('long.txt, lines 1–400 of 1000\n')
    expect((await use('read_file', { path: 'wide.txt' })).text).toContain('wide.txt, lines 1–16 of 100\n')
    expect((await use('read_file', { path: 'one.txt' })).text.length).toBeLessThan(5_000)
  })

  test('a wrong folder is answered with the right one', async () => {
    expect(await use('read_file', { path: 'lib/b.ts' })).toEqual({
      text: 'There is no file lib/b.ts. There is: src/deep/b.ts',
      isError: true,
    })
  })
})

describe('edit_file', () => {
  const edit = (...edits: [string, string][]) =>
    use('edit_file', { path: 'src/a.ts', edits: edits.map(([old, now]) => ({ old, new: now })) })

  test('is answered by the diff with two lines of context', async () => {
    expect(await edit(['a - b', 'a + b'])).toEqual({
      text: '@ 1\n export function add(a: number, b: number) {\n-  return a - b\n+  return a + b\n }\n ',
    })
    expect(folder.text('src/a.ts')).toContain('return a + b')
  })

  test('takes several edits, each on the text the one before it left, and dollar signs as they are', async () => {
    await edit(['a - b', 'sum'], ['return sum', "return '$&$1$$'"])
    expect(folder.text('src/a.ts')).toContain("return '$&$1$$'\n")
  })

  test('changes nothing when one of them does not fit, and shows the nearest lines', async () => {
    const before = folder.text('src/a.ts')
    const answer = await edit(['add', 'sum'], ['    return a-b', 'x'])
    expect(answer).toEqual({
      text: 'Edit 2: its old text is not in the file. The nearest lines:\n1: export function sum(a: number, b: number) {\n2:   return a - b\n3: }\nNothing was changed.',
      isError: true,
    })
    expect(folder.text('src/a.ts')).toBe(before)
  })

  test('asks for more lines when the text occurs more than once', async () => {
    folder.put('src/a.ts', 'x\ny\nx\n')
    expect(await edit(['x', 'z'])).toMatchObject({
      text: expect.stringContaining('occurs 2 times, at lines 1, 3.'),
      isError: true,
    })
  })

  test('names the rule of a refusal', async () => {
    expect(await use('edit_file', { path: 'protected/key.txt', edits: [{ old: 'x', new: 'y' }] })).toEqual({
      text: 'Refused (protected_path): protected/key.txt is protected.',
      isError: true,
    })
  })

  test('keeps the line ends of a file with CRLF', async () => {
    folder.put('src/a.ts', 'one\r\ntwo\r\n')
    await edit(['one\ntwo', 'one\nand\ntwo'])
    expect(folder.text('src/a.ts')).toBe('one\r\nand\r\ntwo\r\n')
  })
})

test('create_file creates, and does not replace', async () => {
  expect(await use('create_file', { path: 'src/new/c.ts', content: 'a\nb\n' })).toEqual({
    text: 'Created src/new/c.ts, 2 lines.',
  })
  expect(await use('create_file', { path: 'src/a.ts', content: '' })).toEqual({
    text: 'src/a.ts exists. Use edit_file.',
    isError: true,
  })
  expect(await use('create_file', { path: 'protected/b', content: '' })).toMatchObject({
    text: expect.stringContaining('Refused (protected_path)'),
  })
})

test('delete_file deletes what is there', async () => {
  expect(await use('delete_file', { path: 'README.md' })).toEqual({ text: 'Deleted README.md.' })
  expect(await use('delete_file', { path: 'README.md' })).toMatchObject({ isError: true })
})

test('run_check is answered by its exit code first, cleaned', async () => {
  expect(await use('run_check', { check: 'test', tests: ['a.test.ts'] })).toEqual({
    text: 'exit 1: npm test\nat src/a.ts:2',
  })
  expect(asked).toEqual([['test', ['a.test.ts']]])
  expect(await use('run_check', { check: 'lint' })).toEqual({ text: 'lint cannot run on single files.', isError: true })
  expect(await use('run_check', { check: 'build' })).toEqual({
    text: 'There is no check build. There are: test, lint',
    isError: true,
  })
})
