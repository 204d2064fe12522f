// Which test runner a script ends in, how its tests are told by name, and how some of them are run alone.
import { lastCommand, quoteWord, simpleWords } from './shell-words.ts'
import type { CheckName, ReportFormat } from './toolchain.ts'

export interface NodeRunner {
  name: string
  report: ReportFormat
  /** The runner with its flags and without paths, to which paths are added; undefined when it takes none. */
  base?: string
}

/** Follows `npm run other` within the scripts, at most five steps; `undefined` when a script is missing. */
export function resolveScript(
  name: string,
  scripts: Record<string, string>,
  steps = 5,
): { name: string; text: string } | undefined {
  const text = scripts[name]?.trim()
  if (text === undefined || text === '') return undefined
  const next = /^(?:npm|pnpm|yarn|bun) (?:run )?([\w:.-]+)$/.exec(text)?.[1]
  const followed =
    next === undefined || next === name || steps === 0 ? undefined : resolveScript(next, scripts, steps - 1)
  return followed ?? { name, text }
}

/** The runner that the last command of a script line starts; undefined when none is known. */
export function runnerOf(script: string): NodeRunner | undefined {
  const words = simpleWords(lastCommand(script))
  // Through variables, substitutions or a wrapper, `node --test` can still be told by name; nothing can be appended.
  if (words === undefined)
    return /\bnode\b.*--test\b/.test(script) ? { name: 'node', report: 'node-events' } : undefined
  const start = commandStart(words)
  const [program = '', ...rest] = words.slice(start)
  const named = runners[program.replace(/^.*\//, '')]
  if (named === undefined)
    return /\bnode\b.*\s--test\b/.test(script) ? { name: 'node', report: 'node-events' } : undefined
  return named(words.slice(0, start), program, rest)
}

/**
 * The commands of `lint && runner && more`, to be run one by one: arguments that are appended to the whole reach only its
 * last command, so that a runner before it could not be told by name. Undefined where the whole is better run as it is.
 */
export function splitChain(script: string): string[] | undefined {
  const commands = script.split('&&').map((command) => command.trim())
  const simple = commands.every((command) => {
    const [program] = simpleWords(command) ?? []
    return program !== undefined && !changesShell.test(program)
  })
  if (!simple || runnerOf(commands.at(-1) ?? '') !== undefined) return undefined
  return commands.filter((command) => runnerOf(command) !== undefined).length === 1 ? commands : undefined
}

/** What the commands after it depend on, in the same shell. */
const changesShell = /^(cd|pushd|popd|export|set|unset|source|\.|eval|exec|[A-Za-z_]\w*=.*)$/

const purposes: [CheckName, RegExp][] = [
  ['lint', /^(npx )?(xo|eslint|standard|oxlint|biome)\b/],
  ['typecheck', /^(npx )?(tsd\b|(vue-)?tsc\b.*\s--noEmit\b)/],
]

/** What a command of a test script checks, as far as its program tells. */
export function purposeOf(command: string): CheckName {
  return purposes.find(([, pattern]) => pattern.test(command))?.[0] ?? 'test'
}

type Read = (before: string[], program: string, args: string[]) => NodeRunner | undefined

const runners: Record<string, Read> = {
  node: (before, program, args) => {
    const runsTests = args.includes('--test')
    const name = 'node'
    if (!runsTests) return undefined
    return { name, report: 'node-events', base: join([...before, program, ...flagsOnly(args, nodeValueFlags)]) }
  },
  vitest: (before, program, args) => {
    const flags = flagsOnly(
      args.filter((arg) => arg !== 'run' && arg !== 'watch'),
      vitestValueFlags,
    )
    return { name: 'vitest', report: 'vitest-json', base: join([...before, program, 'run', ...flags]) }
  },
  jest: (before, program, args) => ({
    name: 'jest',
    report: 'jest-json',
    base: join([...before, program, ...flagsOnly(args, jestValueFlags), '--runTestsByPath']),
  }),
  mocha: (before, program, args) => ({
    name: 'mocha',
    report: 'mocha-json',
    base: join([...before, program, ...flagsOnly(args, mochaValueFlags)]),
  }),
  // With a single file, ava leaves the file out of its tests' names: some of them alone would have other names.
  ava: () => ({ name: 'ava', report: 'node-tap' }),
}

const nodeValueFlags = [
  '--import',
  '--require',
  '-r',
  '--loader',
  '--experimental-loader',
  '--test-concurrency',
  '--test-timeout',
  '-C',
  '--conditions',
]
const vitestValueFlags = ['--config', '-c', '--root', '-r', '--dir', '--project', '--environment', '--mode', '--pool']
const jestValueFlags = ['--config', '-c', '--rootDir', '--maxWorkers', '-w', '--env', '--testTimeout']
const mochaValueFlags = [
  '--config',
  '--require',
  '-r',
  '--import',
  '--timeout',
  '-t',
  '--ui',
  '-u',
  '--extension',
  '--loader',
  '-n',
  '--node-option',
]

/** Behind `VAR=value`, `cross-env VAR=value`, `npx` and coverage programs. */
function commandStart(words: string[]): number {
  let index = 0
  while (index < words.length) {
    const word = words[index] ?? ''
    const wraps = /^[A-Za-z_]\w*=/.test(word) || ['cross-env', 'npx', 'c8', 'nyc', 'env', 'exec'].includes(word)
    const flagOfWrapper = index > 0 && word.startsWith('-')
    if (!wraps && !flagOfWrapper) break
    index += 1
  }
  return index
}

function flagsOnly(args: string[], withValue: string[]): string[] {
  return args.filter((arg, index) => arg.startsWith('-') || withValue.includes(args[index - 1] ?? ''))
}

function join(words: string[]): string {
  return words.map(quoteWord).join(' ')
}
