import { describe, expect, it } from 'vitest'
import { targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { ecosystemContract } from '../contract/ecosystem.ts'
import { readerOf } from './support/session.ts'

const sums = 'pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n'

ecosystemContract({
  name: 'rust',
  runner: 'cargo test',
  programs: ['cargo', 'rustc'],
  packageName: 'cargo',
  files: {
    'Cargo.toml': '[package]\nname = "sums"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\nmembers = ["names"]\n',
    'src/lib.rs': sums.replace('a + b', 'a - b'),
    'tests/adds.rs': `#[test]
fn holds() {}

#[test]
fn adds() {
    println!("what was printed");
    assert_eq!(sums::add(1, 1), 2);
}

#[test]
#[ignore = "later"]
fn waits() {}
`,
    'names/Cargo.toml': '[package]\nname = "names"\nversion = "0.1.0"\nedition = "2021"\n',
    'names/src/lib.rs': '',
    'names/tests/named.rs': '#[test]\nfn is_named() {}\n',
  },
  test: {
    path: 'tests/adds.rs',
    passes: 'adds tests/adds.rs > holds',
    fails: 'adds tests/adds.rs > adds',
    skipped: 'adds tests/adds.rs > waits',
    place: 'tests/adds.rs:7',
    words: 'left: 0\n   right: 2',
  },
  second: { path: 'names/tests/named.rs', passes: 'named tests/named.rs > is_named' },
  mend: { 'src/lib.rs': sums },
  breakage: {
    files: { 'src/lib.rs': 'pub fn add(a: i32, b: i32) -> i32 {\n    "sum"\n}\n' },
    words: ['FAILED sums > does not build (src/lib.rs:2)', 'error[E0308]: mismatched types'],
  },
})

describe('a Cargo workspace', () => {
  const crate = (name: string, more = '') => `[package]\nname = "${name}"\nversion = "0.1.0"\n${more}`
  const files = {
    'Cargo.toml': '[workspace]\nmembers = ["crates/*", "./tools/bench"]\nexclude = ["crates/old"]\n',
    'Cargo.lock': '',
    'clippy.toml': '',
    'crates/api/Cargo.toml': crate('shop-api', '[dependencies]\nserde = "1"\nmoney = { path = "../money" }\n'),
    'crates/api/src/main.rs': '',
    'crates/api/tests/http/main.rs': '',
    'crates/money/Cargo.toml': crate('money'),
    'crates/money/src/lib.rs': '',
    'crates/money/tests/rounds.rs': '',
    'crates/old/Cargo.toml': crate('old'),
    'crates/old/src/lib.rs': '',
    'tools/bench/Cargo.toml': crate('bench'),
    'tools/bench/tests/fixtures/a/Cargo.toml': crate('a'),
  }
  const detect = () => detectToolchain(Object.keys(files), readerOf(files))

  it('is tested from its root; what it excludes is a project of its own', async () => {
    const snapshot = await detect()
    expect(snapshot.packages.map(({ name, folder }) => [name, folder])).toEqual([
      ['shop-api', 'crates/api'],
      ['money', 'crates/money'],
      ['bench', 'tools/bench'],
      ['old', 'crates/old'],
    ])
    expect(snapshot.checks.map(({ id, line, cwd, required }) => [id, line, cwd, required])).toEqual([
      ['clippy', 'cargo clippy --workspace --all-targets', '.', false],
      ['test', 'cargo test --workspace', '.', true],
      ['test:crates/old', 'cargo test --workspace', 'crates/old', true],
    ])
    expect(snapshot.installs).toMatchObject([
      { line: 'cargo fetch --locked', from: 'Cargo.lock', allowedHosts: ['index.crates.io', 'static.crates.io'] },
    ])
  })

  it.each([
    [['crates/money/tests/rounds.rs'], 'cargo test -p money --test rounds'],
    [['crates/money/src/lib.rs'], 'cargo test -p money --lib --bins'],
    [['crates/api/src/main.rs'], 'cargo test -p shop-api --bins'],
    [
      ['crates/api/tests/http/main.rs', 'crates/money/src/lib.rs'],
      'cargo test -p shop-api -p money --lib --bins --test http',
    ],
  ])('of %j runs `%s`', async (paths, line) => {
    expect(targetedChecks(await detect(), paths)).toMatchObject([{ line, cwd: '.' }])
  })
})
