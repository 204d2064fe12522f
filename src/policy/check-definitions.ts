// What decides how a check runs or what it demands. Such a file comes from the base commit; changing one could make any check pass.
import { foldPath } from './fold-path.ts'

const byName: [pattern: RegExp, what: string][] = [
  [
    /^(gnu)?makefile(\..*)?$|\.mk$|^(justfile|taskfile\.ya?ml|rakefile|dodo\.py|noxfile\.py|fabfile\.py)$/,
    'build targets',
  ],
  [/^[tj]sconfig(\..*)?\.json$/, 'type check configuration'],
  [/^(mypy\.ini|\.mypy\.ini|pyrightconfig\.json|pytype\.cfg|ty\.toml)$/, 'type check configuration'],
  [
    /^(\.eslintrc.*|eslint\.config\..*|\.eslintignore|biome\.jsonc?|tslint\.json|\.oxlintrc\.json)$/,
    'lint configuration',
  ],
  [
    /^(\.stylelintrc.*|stylelint\.config\..*|\.markdownlint.*|\.flake8|\.pylintrc|pylintrc|\.?ruff\.toml)$/,
    'lint configuration',
  ],
  [
    /^(\.golangci\.(ya?ml|toml|json)|clippy\.toml|\.clippy\.toml|\.(rubocop(_todo)?|standard)\.ya?ml|phpstan(-baseline)?\.neon.*)$/,
    'lint configuration',
  ],
  [
    /^(checkstyle.*\.xml|pmd.*\.xml|spotbugs.*\.xml|detekt.*\.ya?ml|psalm.*\.xml|\.?phpcs(\.dist)?\.xml|\.php-cs-fixer(\.dist)?\.php|pint\.json|rector\.php|\.swiftlint\.ya?ml|\.credo\.exs|analysis_options\.ya?ml)$/,
    'lint configuration',
  ],
  [
    /^(\.prettierrc.*|prettier\.config\..*|\.prettierignore|\.editorconfig|\.?rustfmt\.toml|dprint\.jsonc?)$/,
    'format configuration',
  ],
  [
    /^(vitest|vite|jest|playwright|cypress|karma|wdio|ava|tap|babel|rollup|webpack|esbuild|tsup|next|metro)\.(config|conf|workspace)\..*$/,
    'test runner configuration',
  ],
  [/^(jest\.setup|vitest\.setup|setup[-_]?tests?|jest\.preset)\..*$/, 'test runner configuration'],
  [/^(\.mocharc.*|\.taprc|\.nycrc.*|\.c8rc.*|\.swcrc|\.babelrc.*|\.jshintrc)$/, 'test runner configuration'],
  [
    /^(pytest\.(ini|toml)|\.pytest\.ini|tox\.(ini|toml)|uv\.toml|bunfig\.toml|nextest\.toml|\.bazelrc|(spec|test|rails)_helper\.rb|conftest\.py|\.coveragerc|nose\.cfg|sitecustomize\.py|usercustomize\.py)$/,
    'test runner configuration',
  ],
  [/^(phpunit\.(dist\.)?xml.*|\.rspec|karma\.conf\..*|codecov\.ya?ml|\.codecov\.ya?ml)$/, 'test runner configuration'],
  [
    /^(directory\.(build|solution)\.(props|targets)|.+\.runsettings|xunit\.runner\.json|(.+\.)?testconfig\.json)$/,
    'test runner configuration',
  ],
  [/^(.+\.(cs|fs|vb)proj|.+\.slnx?|directory\.packages\.props|nuget\.config)$/, 'package manifest'],
  [
    /^(package\.json|pyproject\.toml|setup\.(cfg|py)|cargo\.toml|pom\.xml|.+\.gradle(\.kts)?|gradle\.properties|build\.sbt|mix\.exs|package\.swift|composer\.json|deno\.jsonc?|\.pnpmfile\.cjs|pnpm-workspace\.yaml|turbo\.json|nx\.json|lerna\.json)$/,
    'package manifest',
  ],
]

/** Of tools whose files have names that say nothing by themselves. */
const byFolder: [pattern: RegExp, what: string][] = [
  [/(^|\/)\.cargo\/config(\.toml)?$/, 'test runner configuration'],
  [/(^|\/)\.mvn\//, 'build targets'],
  [/(^|\/)gradle\/(wrapper\/|libs\.versions\.toml$)/, 'build targets'],
  [/(^|\/)buildsrc\//, 'build targets'],
  // The package client itself, and what is added to it.
  [/(^|\/)\.yarn\//, 'build targets'],
  // Of .NET; elsewhere than at the root such a file is data, such as words of a language.
  [/^global\.json$/, 'package manifest'],
]

/** Of a package manifest only these parts define checks; dependencies and metadata do not. */
const manifestKeys = [
  ...['scripts', 'jest', 'mocha', 'ava', 'tap', 'c8', 'nyc', 'vitest', 'babel', 'eslintConfig', 'eslintIgnore'],
  ...['prettier', 'stylelint', 'lint-staged', 'husky', 'type', 'imports', 'workspaces', 'config', 'overrides'],
  ...['resolutions', 'pnpm', 'packageManager', 'devEngines', 'wireit', 'nx', 'xo', 'standard'],
]

/** What of the checks the file defines, such as `lint configuration`; undefined when it defines none. */
export function checkDefinition(path: string): string | undefined {
  const folded = foldPath(path)
  const name = folded.split('/').at(-1) ?? ''
  const known = byName.find(([pattern]) => pattern.test(name)) ?? byFolder.find(([pattern]) => pattern.test(folded))
  return known?.[1]
}

/**
 * What of the checks a change to the file alters. Texts are undefined where the file is not there.
 * Manifests are compared by the parts that define checks, so that a new dependency is no alarm; one that cannot be read counts as altered.
 */
export function alteredCheckDefinition(
  path: string,
  before: string | undefined,
  after: string | undefined,
): string | undefined {
  const what = checkDefinition(path)
  if (what === undefined || before === after) return undefined
  const name = foldPath(path).split('/').at(-1)
  if (name === 'package.json')
    return sameParts(jsonParts(before), jsonParts(after)) && !bringsLocalPackage(before, after) ? undefined : what
  if (name === 'pyproject.toml' || name === 'setup.cfg') {
    return sameParts(toolSections(before), toolSections(after)) ? undefined : what
  }
  return what
}

/**
 * Files that a command line of a check names: `node scripts/test.js`, `node --import ./test/setup.js`. Tests that it names are
 * meant to change; what is loaded before them is not.
 */
export function filesThatChecksRun(
  checks: { line: string; script?: string }[],
  files: ReadonlySet<string>,
  isTest: (path: string) => boolean,
): Set<string> {
  const words = checks.flatMap(({ line, script = '' }) => `${line} ${script}`.split(/[\s=;&|()'"]+/))
  const loaders = new Set(['--import', '--require', '-r', '--loader', '--setupFiles', '--globalSetup'])
  return new Set(
    words
      .map((word, at) => ({ path: word.replace(/^\.\//, ''), loaded: loaders.has(words[at - 1] ?? '') }))
      .filter(({ path, loaded }) => files.has(path) && (loaded || !isTest(path)))
      .map(({ path }) => path),
  )
}

function sameParts(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && before === after
}

function jsonParts(text: string | undefined): string | undefined {
  if (text === undefined) return JSON.stringify(manifestKeys.map(() => null))
  try {
    const manifest: unknown = JSON.parse(text)
    if (typeof manifest !== 'object' || manifest === null) return undefined
    const parts: Record<string, unknown> = { ...manifest }
    return JSON.stringify(manifestKeys.map((key) => parts[key] ?? null))
  } catch {
    return undefined
  }
}

/** A dependency on a folder of the repository could stand in for the runner itself. */
function bringsLocalPackage(before: string | undefined, after: string | undefined): boolean {
  const local = (text = '') =>
    [...text.matchAll(/"[^"\n]+"\s*:\s*"(?:file|link|portal|workspace):[^"\n]*"/g)].map(([entry]) => entry)
  const known = new Set(local(before))
  return local(after).some((entry) => !known.has(entry))
}

const describesProject = /^(project|metadata|options|dependency-groups|tool\.poetry|tool\.uv)(\.|$)/
/** Where packages come from, and what is loaded by whoever finds it installed: another runner, or a plugin of the runner. */
const standsIn = /^(tool\.uv\.(sources|index)|tool\.poetry\.source|project\.entry-points|options\.entry_points)/

/** The sections `[tool…]`, `[build-system]` and those of setup.cfg that are not metadata, line by line without blank lines. */
function toolSections(text: string | undefined): string {
  // Keys above the first header can be dotted ones of a tool.
  let kept = true
  return (text ?? '')
    .split(/\r?\n/)
    .filter((line) => {
      const header = /^\s*\[+\s*"?([^\]"]+)/.exec(line)?.[1]?.trim()
      if (header !== undefined) kept = !describesProject.test(header) || standsIn.test(header)
      return kept && line.trim() !== '' && !line.trim().startsWith('#')
    })
    .join('\n')
}
