import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askedProtectedPaths } from '../../src/policy/asked-paths.ts'
import { alteredCheckDefinition, checkDefinition } from '../../src/policy/check-definitions.ts'
import { mayRead, mayWrite } from '../../src/policy/paths.ts'
import { defaultCeilings, defaultPolicy, parsePolicy } from '../../src/policy/policy.ts'

const policy = defaultPolicy(defaultCeilings)

function ruleOf(path: string, text?: string): string {
  const parsed = parsePolicy(text, defaultCeilings)
  if (parsed.kind === 'invalid') throw new Error('the test has an invalid policy')
  const verdict = mayWrite(path, parsed.policy)
  return verdict.allowed ? 'allowed' : verdict.rule
}

/** Spellings that some file system, or a careless comparison, takes for the same name. */
const disguises: [name: string, apply: (path: string) => string][] = [
  ['as it is', (path) => path],
  ['upper case', (path) => path.toUpperCase()],
  ['full width', (path) => path.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0))],
  ['a zero-width joiner inside', (path) => `${path.slice(0, 2)}\u200c${path.slice(2)}`],
  ['a trailing dot', (path) => `${path}.`],
  ['trailing spaces', (path) => `${path}  `],
  ['a full-width slash', (path) => path.replace('/', '\uff0f')],
  ['a division slash', (path) => path.replace('/', '\u2215')],
  ['long s', (path) => path.replace('s', '\u017f')],
  ['the Kelvin sign', (path) => path.replace('k', '\u212a')],
  ['a stream', (path) => `${path}:$DATA`],
  ['a stream of its folder', (path) => path.replace('/', '::$INDEX_ALLOCATION/')],
  ['a stream with a full-width colon', (path) => `${path}\uff1ax`],
]

const forbidden = [
  '.github/workflows/ci.yml',
  'config/app.json',
  'deployment/values.yaml',
  'infra/main.ts',
  '.env',
  'packages/api/.env.local',
  'certs/server.pem',
  'deep/down/id_rsa',
  'docs/CODEOWNERS',
  'AGENTS.md',
  'sub/claude.md',
  '.cursor/rules/x.md',
  '.git/hooks/pre-commit.sh',
  'sub/.git/config',
  '.gitmodules',
  'package-lock.json',
  'sub/poetry.lock',
  'node_modules/x/index.js',
  '.husky/pre-commit.sh',
  '.gitlab-ci.yml',
]

describe('protected paths', () => {
  it.each(disguises)('are refused with %s', (_, disguise) => {
    expect(forbidden.map((path) => ruleOf(disguise(path)))).toEqual(forbidden.map((path) => ruleOf(path)))
  })

  it('are refused with any mixture of case and invisible characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...forbidden),
        fc.array(fc.tuple(fc.nat(40), fc.constantFrom('\u200b', '\u2060', '\ufe0f', '\u00ad', '\u{e0041}')), {
          maxLength: 4,
        }),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (path, insertions, upper) => {
          const letters = [...path].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter))
          for (const [at, character] of insertions) letters.splice(at, 0, character)
          expect(ruleOf(letters.join(''))).toBe(ruleOf(path))
        },
      ),
    )
  })

  it('say which rule and why', () => {
    expect(mayWrite('config/app.json', policy)).toEqual({
      allowed: false,
      rule: 'protected_folder',
      message:
        'config/app.json is in a protected folder (.github/, config/, deployment/ or infra/ at the root) and is never written.',
    })
  })

  it('are no more than what is meant', () => {
    const usual = [
      'src/config/a.ts',
      'src/infra.ts',
      'lib/environment.ts',
      'docs/agents/intro.md',
      'src/git.ts',
      'a b/ü.py',
    ]
    const others = [
      'README',
      'package.json',
      'src/keyboard.ts',
      'src/lock.ts',
      'a/[id]/page.tsx',
      'it\'s "x".md',
      '中/文.md',
    ]
    expect([...usual, ...others].filter((path) => !mayWrite(path, policy).allowed)).toEqual([])
  })
})

describe('paths that are none', () => {
  it.each([
    '',
    ' ',
    '..',
    '../x.ts',
    'a/../b.ts',
    '/etc/x.ts',
    './a.ts',
    'a//b.ts',
    'a/',
    'C:/x.ts',
    '~/x.ts',
    'a\\b.ts',
    'a\nb.ts',
    'a\0.ts',
    'a/\u2024\u2024/b.ts',
    `${'a'.repeat(301)}.ts`,
  ])('%j', (path) => {
    expect(ruleOf(path)).toBe('outside')
    expect(mayRead(path).allowed).toBe(false)
  })

  it('never resolve above the root, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '..', '.', '', '\u200b..', '\uff0e\uff0e', 'b.ts'), {
          minLength: 1,
          maxLength: 5,
        }),
        (parts) => {
          const path = parts.join('/')
          if (mayWrite(path, policy).allowed)
            expect(
              path
                .normalize('NFKC')
                .replace(/\u200b/g, '')
                .split('/'),
            ).not.toContain('..')
        },
      ),
    )
  })
})

describe('scope', () => {
  it('excludes before it includes, by glob or by folder', () => {
    const text = 'scope: { include: [src, "docs/**/*.md"], exclude: ["src/generated/**"] }'
    const paths = [
      'src/a.ts',
      'SRC/b.ts',
      'docs/x/y.md',
      'docs/x.json',
      'test/a.ts',
      'src/generated/c.ts',
      'Src/Generated/c.ts',
    ]
    expect(paths.map((path) => ruleOf(path, text))).toEqual([
      'allowed',
      'allowed',
      'allowed',
      'scope',
      'scope',
      'scope',
      'scope',
    ])
  })

  it('knows extensions, and a policy may change them', () => {
    expect(['a.exe', 'Makefile', 'Dockerfile', 'bin/run', '.gitignore'].map((path) => ruleOf(path))).toEqual(
      Array(5).fill('extension'),
    )
    expect(ruleOf('a.exe', 'scope: { extensions: [.EXE] }')).toBe('allowed')
    expect(ruleOf('a.ts', 'scope: { extensions: [.EXE] }')).toBe('extension')
  })
})

describe('reading', () => {
  it('refuses what may hold credentials, and nothing else', () => {
    const secret = [
      '.env',
      'a/.ENV.production',
      'x.pem',
      'id_ed25519',
      '.npmrc',
      '.git/config',
      '.aws/config',
      'secrets.yml',
      'prod.tfvars',
    ]
    expect(secret.filter((path) => mayRead(path).allowed)).toEqual([])
    const open = [
      '.env.example',
      '.github/workflows/ci.yml',
      'AGENTS.md',
      'package-lock.json',
      'src/a.ts',
      'certs/ca.crt',
    ]
    expect(open.filter((path) => !mayRead(path).allowed)).toEqual([])
  })
})

describe('protected paths that a text asks to change', () => {
  it.each([
    ['Update `.github/workflows/ci.yml` to Node 24', ['.github/workflows/ci.yml']],
    ['config/app.json should have a timeout of 5', ['config/app.json']],
    ['Add a `.env` file with the address', ['.env']],
    ['Please remove the team from CODEOWNERS and rename infra/main.tf', ['CODEOWNERS', 'infra/main.tf']],
    ['Fix the parser. Then bump the version in deployment/values.yaml.', ['deployment/values.yaml']],
  ])('%s', (text, paths) => {
    expect(askedProtectedPaths(text, policy).map(({ path }) => path)).toEqual(paths)
  })

  it.each([
    'The job in .github/workflows/ci.yml fails because slugify is broken. Fix it in src/slug.ts.',
    'Do not change config/app.json; fix src/a.ts',
    'Fix the defaults, see config/app.json',
    'Read the timeout from config/app.json instead of hard coding it',
    'Fix the crash:\n```\nupdate config/app.json\n```',
    '> please update config/app.json\n\nNo, fix src/a.ts',
    'Upgrade lodash and update package-lock.json',
    'See https://example.org/config/app.json and update the docs',
  ])('%s: asks for none', (text) => {
    expect(askedProtectedPaths(text, policy)).toEqual([])
  })
})

describe('what defines a check', () => {
  it('is known by name', () => {
    const names = [
      'Makefile',
      'tsconfig.build.json',
      'eslint.config.mjs',
      'pytest.ini',
      'pkg/vitest.config.ts',
      'conftest.py',
      'package.json',
      '.prettierrc',
    ]
    expect(names.filter((name) => checkDefinition(name) === undefined)).toEqual([])
    expect(
      ['src/a.ts', 'data.json', 'README.md', 'src/config.ts'].filter((name) => checkDefinition(name) !== undefined),
    ).toEqual([])
  })

  it('in a manifest is only what runs or configures checks', () => {
    const before = '{"scripts":{"test":"vitest"},"dependencies":{}}'
    expect(
      alteredCheckDefinition('package.json', before, '{"scripts":{"test":"vitest"},"dependencies":{"a":"1"}}'),
    ).toBeUndefined()
    expect(alteredCheckDefinition('package.json', before, '{"scripts":{"test":"true"},"dependencies":{}}')).toBe(
      'package manifest',
    )
    expect(alteredCheckDefinition('package.json', before, 'not json')).toBe('package manifest')
    const python = '[project]\nversion = "1"\n[tool.pytest.ini_options]\naddopts = "-q"\n'
    expect(alteredCheckDefinition('pyproject.toml', python, python.replace('"1"', '"2"'))).toBeUndefined()
    expect(alteredCheckDefinition('pyproject.toml', python, python.replace('-q', '--co'))).toBe('package manifest')
  })

  it('counts whole for other files', () => {
    expect(alteredCheckDefinition('tsconfig.json', '{}', '{"strict":false}')).toBe('type check configuration')
    expect(alteredCheckDefinition('tsconfig.json', '{}', '{}')).toBeUndefined()
    expect(alteredCheckDefinition('jest.config.js', undefined, 'x')).toBe('test runner configuration')
  })
})
