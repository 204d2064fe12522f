import { expect, test } from 'vitest'
import type { Readiness } from '../../src/prepare/readiness.ts'
import { renderReadiness, renderTerminalReadiness } from '../../src/render/readiness.ts'

const of = { repository: 'shop/till', branch: 'main', baseCommit: '0123456789abcdef' }
const known = { cwd: '.', certainty: 'certain', required: true } as const
const result = {
  passed: true,
  exitCode: 0,
  timedOut: false,
  durationMs: 1_500,
  failing: [],
  flaky: [],
  unsteady: false,
}

const limited: Readiness = {
  verdict: 'limited',
  languages: ['JavaScript'],
  buildSystems: ['npm'],
  packages: [{ name: 'till', folder: '.' }],
  files: 1_200,
  commands: [
    { ...known, id: 'install', kind: 'install', line: 'npm ci', from: 'package-lock.json' },
    {
      ...known,
      ...{ id: 'test', kind: 'test', line: 'npm test', from: 'package.json scripts.test' },
      result: {
        ...result,
        ...{ passed: false, exitCode: 1, counts: { passed: 40, failed: 2, skipped: 0 }, unsteady: true },
        ...{ failing: ['test/a.test.js > @everyone `adds`'], flaky: ['test/b.test.js > waits'] },
      },
    },
    {
      ...known,
      id: 'lint',
      kind: 'lint',
      line: 'npm run lint',
      from: 'package.json scripts.lint',
      required: false,
      result,
    },
  ],
  missingTools: [],
  sandbox: 'bubblewrap',
  testFiles: 30,
  testFolders: ['test'],
  instructions: [],
  owners: false,
  notes: ['Fixes #12, says @someone.'],
  improvements: [
    { code: 'mend_flaky_tests', of: ['test/b.test.js > waits'] },
    { code: 'add_checks', of: ['format', 'typecheck'] },
    { code: 'write_instructions', of: [] },
  ],
}

test('a comment says what was found, and what to do first', () => {
  expect(renderReadiness(limited, of)).toMatchInlineSnapshot(`
    "**Usable: a change here can be verified, with the limits below.** Measured on \`shop/till\`, branch \`main\` at \`0123456789\`.

    **Commands**

    - install: \`npm ci\` (from \`package-lock.json\`, certain)
    - test: \`npm test\` (from \`package.json scripts.test\`, certain): 40 pass, 2 fail, and ended differently when run again, 1.5 s
      - fails already: \`\` test/a.test.js > @everyone \`adds\` \`\`
      - flaky: \`test/b.test.js > waits\`
    - lint: \`npm run lint\` (from \`package.json scripts.lint\`, certain, not required): passes, 1.5 s

    **Repository**

    - JavaScript, built with npm: 1,200 files
    - 30 test files, mostly in \`test\`
    - Instructions for contributors: none
    - Code owners: none
    - Commands ran in a sandbox (bubblewrap)

    **Notes**

    - Fixes \`#12\`, says \`@someone\`.

    **What would make it better, the greatest effect first**

    1. Mend what is flaky: \`test/b.test.js > waits\`. Two runs of the same tree ended differently; a real regression can hide there.
    2. Add a command for format and types, or name it under \`checks\` in \`.github/draftsmith.yml\`: what it would find is left to the reviewer now.
    3. Write an \`AGENTS.md\` or \`CONTRIBUTING.md\` with the conventions that a newcomer could not guess; it is read before each change."
  `)
})

test('a terminal gets the same words without Markdown', () => {
  const text = renderTerminalReadiness(limited, of)
  expect(text).not.toMatch(/\*\*|`(?!adds)/)
  expect(text).toContain(
    '- test: npm test (from package.json scripts.test, certain): 40 pass, 2 fail, and ended differently when run again, 1.5 s',
  )
})

test('what is missing is told with its mend', () => {
  const missing = ['dotnet', 'mvn', 'pnpm', 'zig']
  const text = renderReadiness(
    { ...limited, verdict: 'not_ready', missingTools: missing, improvements: [{ code: 'install_tools', of: missing }] },
    of,
  )
  expect(text).toMatch(/^\*\*Not ready: no change could be verified here, so tasks are declined\.\*\*/)
  expect(text).toContain(
    '1. Install what the commands need: `dotnet` (the .NET SDK, https://dotnet.microsoft.com/download); `mvn` (on Debian `apt-get install maven`); `pnpm` (`npm install --global pnpm`); `zig`.',
  )
})

test('the log of a failed install cannot close its block', () => {
  const text = renderReadiness({ ...limited, installProblem: 'npm ci\n```\n@everyone **look**' }, of)
  expect(text).toContain("npm ci\n'''\n@everyone **look**\n```")
})
