import { describe, expect, it } from 'vitest'
import { testsOf } from '../../src/toolchain/targeted.ts'
import { readerOf } from './support/session.ts'

const files = {
  'src/money.ts': 'export const a = 1\n',
  'src/invoice.ts': "import { a } from './money.js'\n",
  'src/other.ts': '',
  'test/money.test.ts': '',
  'test/invoice.test.ts': "import '../src/invoice.ts'\n",
  'test/far.test.ts': "const { b } = await import('../src/money')\n",
  'test/other.test.ts': "import '../src/other.ts'\n",
  'test/support/money.test.ts': '',
  'tools/report/tally_report/__init__.py': '',
  'tools/report/tally_report/periods.py': '',
  'tools/report/tally_report/totals.py': 'from tally_report.periods import quarter_of\n',
  'tools/report/tests/test_periods.py': '',
  'tools/report/tests/test_all.py': 'from tally_report import (\n    periods,\n    totals as sums,\n)\n',
  'tools/report/tests/test_render.py': 'import tally_report.totals\n',
}
const isTest = (path: string) => /\.test\.ts$|(^|\/)test_\w+\.py$/.test(path)
const ask = (changed: string[], limit?: number) =>
  testsOf({
    changed,
    files: Object.keys(files),
    read: readerOf(files),
    isTest,
    ...(limit === undefined ? {} : { limit }),
  })

describe('testsOf', () => {
  it('finds tests of a Go package: its own, and those of packages that import it', async () => {
    const go = {
      'go.mod': 'module example.com/shop\n',
      'money/money.go': 'package money\n',
      'money/round.go': 'package money\n',
      'money/money_test.go': 'package money\n',
      'cart/cart.go': 'package cart\n\nimport (\n\t"fmt"\n\n\t"example.com/shop/money"\n)\n',
      'cart/cart_test.go': 'package cart\n',
      'names/names_test.go': 'package names\n',
    }
    const isGoTest = (path: string) => path.endsWith('_test.go')
    const asked = { files: Object.keys(go), read: readerOf(go), isTest: isGoTest }
    expect(await testsOf({ ...asked, changed: ['money/round.go'] })).toEqual([
      'money/money_test.go',
      'cart/cart_test.go',
    ])
    expect(await testsOf({ ...asked, changed: ['cart/cart.go'] })).toEqual(['cart/cart_test.go'])
  })

  it('finds tests of a Rust module: inside of it, and beside its crate', async () => {
    const rust = {
      'src/lib.rs': 'mod money;\npub use money::round;\n',
      'src/money.rs': 'pub fn round() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn rounds() {}\n}\n',
      'src/names.rs': '',
      'tests/rounding.rs': 'use shop::round;\n',
    }
    const asked = {
      files: Object.keys(rust),
      read: readerOf(rust),
      isTest: (path: string) => path.startsWith('tests/'),
    }
    expect(await testsOf({ ...asked, changed: ['src/money.rs'] })).toEqual(['src/money.rs', 'tests/rounding.rs'])
    expect(await testsOf({ ...asked, changed: ['src/names.rs'] })).toEqual([])
  })

  it('finds tests of a type by its name, whose file no language of .NET or the JVM imports', async () => {
    const shop = {
      'src/Shop/Money.cs': 'namespace Shop { public class Money { } }',
      'src/Shop/Money.Rounding.cs': 'namespace Shop { public partial class Money { } }',
      'src/Shop/Cart.cs': 'namespace Shop { public class Cart { Money total; } }',
      'src/Shop/Names.cs': '// Unlike Money\nnamespace Shop { public class Names { string all = "Money"; } }',
      'src/Shop/Web/Options.cs': 'namespace Shop.Web { public class Options { } }',
      'src/Tools/Options.cs': 'namespace Shop.Tools { public class Options { } }',
      'src/main/java/shop/Price.java': 'package shop; class Price {}',
      'src/Price.cs': 'class Price { }',
      'tests/CheckoutTests.cs': 'using Shop;\nnamespace Shop.Tests { class CheckoutTests { Cart cart = new(); } }',
      'tests/ListTests.cs': 'using Shop;\nclass ListTests { Names names; }',
      'tests/SetupTests.cs': 'using Shop.Web;\nclass SetupTests { Options options; }',
      'tests/Sums.groovy': 'class Sums { Price sum }',
    }
    const asked = {
      files: Object.keys(shop),
      read: readerOf(shop),
      isTest: (path: string) => path.startsWith('tests/'),
    }
    const near = (path: string) => testsOf({ ...asked, changed: [path] })
    expect(await near('src/Shop/Money.cs')).toEqual(['tests/CheckoutTests.cs'])
    expect(await near('src/Shop/Money.Rounding.cs')).toEqual(['tests/CheckoutTests.cs'])
    expect(await near('src/Shop/Names.cs')).toEqual(['tests/ListTests.cs'])
    expect(await near('src/Shop/Web/Options.cs')).toEqual(['tests/SetupTests.cs'])
    expect(await near('src/Tools/Options.cs')).toEqual([])
    expect(await near('src/main/java/shop/Price.java')).toEqual(['tests/Sums.groovy'])
    expect(await near('src/Price.cs')).toEqual([])
  })

  it.each(['/*', '"', '\n', ' ', 'using A\n', 'A '])('reads a file of many %j at once', async (part) => {
    const text = part.repeat(200_000)
    const start = performance.now()
    await testsOf({
      changed: ['A.cs'],
      files: ['A.cs', 'T.cs'],
      read: async () => text,
      isTest: (path) => path === 'T.cs',
    })
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it.each([
    ['src/main/java/shop/Money.java', 'src/test/java/shop/MoneyTest.java'],
    ['lib/money.rb', 'spec/money_spec.rb'],
    ['src/Money.php', 'tests/MoneyTest.php'],
    ['src/Money.cs', 'test/MoneyTests.cs'],
    ['src/Money.cs', 'test/MoneyShould.cs'],
  ])('knows what is named after %s', async (source, test) => {
    const named = { [source]: '', [test]: '', 'test/OtherTest.java': '' }
    const asked = { files: Object.keys(named), read: readerOf(named), isTest: (path: string) => path !== source }
    expect(await testsOf({ ...asked, changed: [source] })).toEqual([test])
  })

  it('finds tests by name, by import, and over one file between, in this order', async () => {
    expect(await ask(['src/money.ts'])).toEqual(['test/money.test.ts', 'test/far.test.ts', 'test/invoice.test.ts'])
  })

  it.each([
    ['..', 'lib/a.js'],
    ['../', 'lib/a.js'],
    ['../lib', 'lib/index.js'],
  ])('follows an import of the folder %s to its index', async (folder, source) => {
    const read = readerOf({
      'test/all.test.ts': `const all = require('${folder}')\n`,
      'index.js': "export * from './lib/a.js'\n",
      'lib/index.js': '',
      'lib/a.js': '',
    })
    const all = ['index.js', 'lib/a.js', 'lib/index.js', 'test/all.test.ts']
    expect(await testsOf({ changed: [source], files: all, read, isTest })).toEqual(['test/all.test.ts'])
  })

  it('takes a test for that of a source whose name it begins with, after the one of the same name', async () => {
    const tests = ['test/money.a.test.ts', 'test/money.test.ts', 'test/money-b.test.ts', 'test/moneybox.test.ts']
    const all = [...tests, 'src/money.ts']
    expect(await testsOf({ changed: ['src/money.ts'], files: all, read: readerOf({}), isTest })).toEqual([
      'test/money.test.ts',
      'test/money-b.test.ts',
      'test/money.a.test.ts',
    ])
  })

  it('follows the imports of Python', async () => {
    expect(await ask(['tools/report/tally_report/periods.py'])).toEqual([
      'tools/report/tests/test_periods.py',
      'tools/report/tests/test_all.py',
      'tools/report/tests/test_render.py',
    ])
  })

  it('puts changed tests first', async () => {
    expect(await ask(['src/other.ts', 'test/money.test.ts'])).toEqual(['test/money.test.ts', 'test/other.test.ts'])
  })

  it('gives the same for any order of the files, and no more than asked for', async () => {
    expect(await ask(['src/other.ts', 'src/money.ts'], 2)).toEqual(await ask(['src/money.ts', 'src/other.ts'], 2))
    expect(await ask(['src/money.ts'], 2)).toHaveLength(2)
  })

  it('has none for a file that no test knows', async () => {
    expect(await ask(['README.md'])).toEqual([])
  })
})
