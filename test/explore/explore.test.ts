import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createGuardedWorkTree } from '../../src/agent/guarded-work-tree.ts'
import { explore } from '../../src/explore/explore.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const tally = {
  'package.json': '{ "scripts": { "test": "node --test" } }',
  'README.md': '# tally\n\nformatMoney formatMoney formatMoney\n',
  'src/money.js': 'export function formatMoney(cents) {\n  return cents\n}\n',
  'src/statement.js': "import { formatMoney } from './money.js'\n\nformatMoney(1)\n",
  'src/dates.js': 'export const day = 1\n',
  'test/money.test.js': "import { formatMoney } from '../src/money.js'\n",
  'test/statement.test.js': "import '../src/statement.js'\n",
  'test/dates.test.js': '',
  'dist/money.js': 'function formatMoney() {}\n',
}

const nothing = { affectedFiles: [], searchTerms: [], taskType: 'bug_fix' as const }

async function look(
  files: Record<string, string>,
  contract: Partial<Parameters<typeof explore>[0]['contract']>,
  maxFiles?: number,
) {
  const root = await mkdtemp(join(tmpdir(), 'draftsmith-explore-'))
  folders.push(root)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  const allowed = () => ({ allowed: true }) as const
  const tree = createGuardedWorkTree({
    root,
    files: async () => Object.keys(files),
    mayRead: allowed,
    mayWrite: allowed,
    scan: async (text) => (text.includes('hunter2') ? [{ rule: 'password', line: 1 }] : []),
  })
  const snapshot = await detectToolchain(Object.keys(files), async (path) => files[path])
  return explore({
    contract: { ...nothing, ...contract },
    snapshot,
    tree,
    ...(maxFiles === undefined ? {} : { maxFiles }),
  })
}

describe('explore', () => {
  it('shows the definition first, then its tests, then who uses it', async () => {
    const { files } = await look(tally, { searchTerms: ['formatMoney'] })
    expect(files.map(({ path, reason, test }) => [path, reason, test])).toEqual([
      ['src/money.js', 'defines formatMoney', false],
      ['test/money.test.js', 'mentions formatMoney', true],
      ['src/statement.js', 'mentions formatMoney', false],
      ['README.md', 'mentions formatMoney', false],
      ['test/statement.test.js', 'tests what is affected', true],
    ])
    expect(files[0]?.parts).toEqual([
      { from: 1, to: 3, text: 'export function formatMoney(cents) {\n  return cents\n}' },
    ])
  })

  it('puts what the issue names first, also by the end of its path', async () => {
    const named = await look(tally, { affectedFiles: ['./src/dates.js'], searchTerms: ['formatMoney'] })
    expect(named.files[0]).toMatchObject({ path: 'src/dates.js', reason: 'named in the issue' })
    const ending = await look(tally, { affectedFiles: ['dates.js', 'absent.js'] })
    expect(ending.files.map(({ path }) => path)).toEqual(['src/dates.js', 'test/dates.test.js'])
  })

  it('weighs documents fully where the task is about them', async () => {
    const { files } = await look(tally, { searchTerms: ['tally'], taskType: 'documentation' })
    expect(files[0]?.path).toBe('README.md')
  })

  it('finds a term in another case, and says which are nowhere', async () => {
    const { files, notFound } = await look(tally, { searchTerms: ['FORMATMONEY', 'parseRoman'] })
    expect(files[0]?.path).toBe('src/money.js')
    expect(notFound).toEqual(['parseRoman'])
  })

  it('shows at most as many files as allowed, a test among them', async () => {
    const { files } = await look(tally, { searchTerms: ['formatMoney'] }, 2)
    expect(files.map(({ path }) => path)).toEqual(['src/money.js', 'test/money.test.js'])
  })

  it('shows no file with credentials', async () => {
    const { files } = await look(
      { ...tally, 'src/money.js': 'export const formatMoney = "hunter2"\n' },
      { searchTerms: ['formatMoney'] },
    )
    expect(files.map(({ path }) => path)).not.toContain('src/money.js')
  })

  it('cuts a long file to the parts around the hits', async () => {
    const lines = Array.from({ length: 900 }, (_, index) => `line ${index + 1}`)
    lines[99] = 'needle'
    lines[119] = 'needle'
    lines[799] = 'needle'
    const { files } = await look({ 'src/long.js': lines.join('\n') }, { searchTerms: ['needle'] })
    expect(files[0]).toMatchObject({ path: 'src/long.js', lines: 900 })
    expect(files[0]?.parts.map(({ from, to }) => [from, to])).toEqual([
      [80, 140],
      [780, 820],
    ])
    expect(files[0]?.parts[0]?.text.split('\n')[20]).toBe('needle')
  })

  it('shows no benchmark, which names much and shows nothing of what is right', async () => {
    const { files } = await look(
      {
        ...tally,
        'test/money.bench.js': "import { formatMoney } from '../src/money.js'\nformatMoney(1)\n",
        'bench/a.js': 'formatMoney()',
      },
      { searchTerms: ['formatMoney'] },
    )
    expect(files.map(({ path }) => path).filter((path) => path.includes('bench'))).toEqual([])
  })

  it('takes no value for a name, and shows of a long test only as much as its style needs', async () => {
    const test = Array.from({ length: 290 }, (_, at) => `formatMoney(${at}) // padding, padding and padding`).join('\n')
    const { files, notFound } = await look(
      { ...tally, 'test/money.test.js': test },
      { searchTerms: ['formatMoney', '1.5', '-3', 'true'] },
    )
    const shown =
      files
        .find(({ path }) => path === 'test/money.test.js')
        ?.parts.map(({ text }) => text)
        .join('') ?? ''
    expect(shown.length).toBeGreaterThan(1_000)
    expect(shown.length).toBeLessThan(4_200)
    expect(notFound).toEqual([])
  })

  it('leaves out of a large packet what is found by common words only', async () => {
    const long = (word: string) =>
      `${Array.from({ length: 280 }, (_, at) => `${word} ${at} ${'.'.repeat(30)}`).join('\n')}\n`
    const common = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [`src/${name}.js`, `export function get() {}\n${long('throw')}`]),
    )
    const { files } = await look(
      { 'src/wallet.js': `export function openWallet() {}\nfunction get() {}\n${long('line')}`, ...common },
      { searchTerms: ['openWallet', 'get', 'throw'] },
    )
    expect(files.map(({ path }) => path)).toEqual(['src/wallet.js'])
  })

  it('shows the tests that speak of it most, where all of them import one entry', async () => {
    const test = (text: string) => `import '../index.js'\n${text}`
    const { files } = await look(
      {
        'package.json': '{}',
        'index.js': "export * from './lib/command.js'\n",
        'lib/command.js': 'export function negateOption() {}\n// padding\n'.repeat(200),
        'test/a.test.js': test(''),
        'test/b.test.js': test('other()\n'),
        'test/c.test.js': test('negateOption()\n'),
      },
      { searchTerms: ['negateOption'] },
      2,
    )
    expect(files.map(({ path }) => path)).toEqual(['lib/command.js', 'test/c.test.js'])
  })

  it('shows of a weak file that only uses what is defined elsewhere how it does', async () => {
    const user = ['import x', ...Array.from({ length: 60 }, (_, at) => `other(${at})`), 'formatMoney(1)', 'last()']
    const { files } = await look({ ...tally, 'src/statement.js': user.join('\n') }, { searchTerms: ['formatMoney'] })
    const statement = files.find(({ path }) => path === 'src/statement.js')
    expect(statement?.parts.map(({ from, to }) => [from, to])).toEqual([[58, 63]])
  })

  it('counts a name once, and not how many documents speak of it', async () => {
    const documents = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`docs/${at}.md`, 'Wallet\n']))
    const { files } = await look(
      {
        ...documents,
        'src/wallet.py': 'uses = Wallet\n',
        'src/a.py': 'def pop():\n',
        'src/b.py': 'def pop():\n',
        'src/c.py': 'def pop():\n',
        'src/d.py': 'def pop():\n',
        'src/e.py': 'def pop():\n',
      },
      { searchTerms: ['Wallet', 'def pop', 'pop'] },
    )
    expect(files[0]?.path).toBe('src/wallet.py')
  })

  it('takes no local variable for a definition, and a plain word for little', async () => {
    const { files } = await look(
      {
        'src/a.js': '  const value = 1\n  use(value)\n'.repeat(8),
        'src/b.js': 'export const valueOf = () => 1\n',
        'src/c.js': 'value\n',
        'src/d.js': 'value\n',
        'src/e.js': 'value\n',
      },
      { searchTerms: ['value', 'valueOf'] },
    )
    expect(files[0]).toMatchObject({ path: 'src/b.js', reason: 'defines valueOf' })
  })

  it('shows what is defined before what only mentions it, and more below it than above', async () => {
    const lines = Array.from({ length: 1_200 }, (_, index): string => (index % 50 === 0 ? 'needle' : 'hay'))
    lines[999] = 'function needle() {'
    const { files } = await look({ 'src/long.js': lines.join('\n') }, { searchTerms: ['needle'] })
    const { parts = [] } = files[0] ?? {}
    expect(parts.at(-1)).toMatchObject({ from: 995, to: 1040 })
    expect(parts.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBeLessThanOrEqual(300)
  })

  it('bounds a file of few, endless lines', async () => {
    const { files } = await look({ 'src/data.js': `needle\n${'x'.repeat(100_000)}\n` }, { searchTerms: ['needle'] })
    expect(files[0]?.parts).toEqual([{ from: 1, to: 1, text: 'needle' }])
  })

  it('is equal byte for byte, whatever order the files come in', async () => {
    const reversed = Object.fromEntries(Object.entries(tally).reverse())
    const terms = { searchTerms: ['formatMoney', 'day', 'cents'] }
    expect(JSON.stringify(await look(reversed, terms))).toBe(JSON.stringify(await look(tally, terms)))
  })

  it('draws a map of at most 2 KiB', async () => {
    const { map } = await look(tally, {})
    expect(map).toBe(
      './ README.md package.json\nsrc/ dates.js money.js statement.js\ntest/ dates.test.js money.test.js statement.test.js',
    )
    const many = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, index) => [`src/part-${index % 300}/file-${index}.js`, '']),
    )
    const large = await look(many, {})
    expect(Buffer.byteLength(large.map)).toBeLessThanOrEqual(2 * 1024)
    expect(large.map).toContain('src/part-0/ 5 files')
  })
})
