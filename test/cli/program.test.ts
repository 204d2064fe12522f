// What people read about the command line, on its own help and in the documents, and what it really takes.
import { readdirSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { describeProgram } from '../../src/cli/program.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const documents = [
  'README.md',
  'AGENTS.md',
  'SECURITY.md',
  '.env.example',
  ...readdirSync(new URL('docs/', root)).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]
const program = describeProgram(() => {})
const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]

test.each(all(program).map((command) => [nameOf(command), command] as const))(
  '%s explains itself and all that it takes',
  (_, command) => {
    expect(command.description()).toMatch(/^\w/)
    expect(command.options.filter(({ description }) => description === '').map(({ flags }) => flags)).toEqual([])
    expect(command.registeredArguments.filter(({ description }) => description === '')).toEqual([])
    expect(command.helpInformation()).toContain(`Usage: ${nameOf(command)}`)
  },
)

test('every command stands in a document', () => {
  const written = documents.map(read).join('\n')
  const names = all(program).map(nameOf)
  expect(names.filter((name) => !written.includes(name))).toEqual([])
})

test.each(documents)('%s names commands and options that there are', (document) => {
  expect(commandLines(read(document)).flatMap(unknownWords)).toEqual([])
})

test('lines of code and words in backticks are looked at', () => {
  const text =
    '`draftsmith docter`\n\n```\nnpm run draftsmith -- run --isue bug.md  # works\n```\nThe draftsmith works.'
  expect(commandLines(text).flatMap(unknownWords)).toEqual(['docter in docter', '--isue in run --isue bug.md'])
  expect(documents.flatMap((document) => commandLines(read(document))).length).toBeGreaterThan(20)
})

// The policy's examples are scripts of the reader's repository.
test.each(documents.filter((name) => name !== 'docs/policy.md'))('%s names npm scripts that there are', (document) => {
  const { scripts } = JSON.parse(read('package.json'))
  const named = [...read(document).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name]) => name)
  expect(named.filter((name) => scripts[`${name}`] === undefined)).toEqual([])
})

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

/** What stands behind the program's name, in backticks or at the begin of a line of code. */
function commandLines(text: string): string[] {
  const lines = text.matchAll(/(?:`|^ *|^\$ *)(?:npm run draftsmith -- |draftsmith )([^`\n#]*)/gm)
  const inCode = [...lines].filter(([whole]) => whole.startsWith('`') || / --|^ *draftsmith [a-z]+$/.test(whole))
  return inCode.map(([, words = '']) => words.trim())
}

function unknownWords(line: string): string[] {
  let command = program
  const unknown: string[] = []
  for (const [index, word] of line.split(/\s+/).entries()) {
    const next = command.commands.find((one) => one.name() === word)
    if (next !== undefined) command = next
    else if (index === 0 && !word.startsWith('-')) unknown.push(`${word} in ${line}`)
    else if (/^--\w/.test(word) && !takes(command, word.replace(/=.*/, ''))) unknown.push(`${word} in ${line}`)
  }
  return unknown
}

function takes(command: Command, option: string): boolean {
  if (option === '--help' || command.options.some(({ long }) => long === option)) return true
  return command.parent !== null && takes(command.parent, option)
}
