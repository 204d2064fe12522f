// The demo while it runs: one line an issue that is drawn anew on a terminal, one line a change anywhere else.
import { stripVTControlCharacters } from 'node:util'
import { people } from './bundled-github.ts'
import { readIssue } from './issue-file.ts'
import { readable } from './readable.ts'
import type { Scenario } from './scenarios.ts'
import type { StatusChange } from './status-feed.ts'

export interface LiveView {
  show(change: StatusChange): void
}

export interface Terminal {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

export function createLiveView(scenarios: Scenario[], terminal: Terminal): LiveView {
  return terminal.isTTY ? redrawn(scenarios, terminal) : appended(terminal)
}

function appended(terminal: Terminal): LiveView {
  return {
    show({ repository, heading, steps }) {
      for (const line of [...steps, ...(steps.length === 0 || isEnd(heading) ? [heading] : [])])
        terminal.write(`${repository}#1  ${readable(line)}\n`)
    },
  }
}

function redrawn(scenarios: Scenario[], terminal: Terminal): LiveView {
  const lines = new Map(
    scenarios.map(({ slug, repository }) => [repository, `labelled by ${people[readIssue(slug).labelledBy]}`]),
  )
  const draw = () => {
    for (const [repository, line] of lines)
      terminal.write(`\x1b[2K${fitted(`  ${`${repository}#1`.padEnd(16)}${line}`, terminal)}\n`)
  }
  draw()
  return {
    show({ repository, heading, steps }) {
      const last = steps.at(-1)
      lines.set(repository, readable(isEnd(heading) || last === undefined ? heading : `${heading}  ${last.trim()}`))
      terminal.write(`\x1b[${lines.size}A`)
      draw()
    },
  }
}

/** Longer lines would break, and drawing anew would miss. */
function fitted(line: string, { columns = 80 }: Terminal): string {
  const plain = stripVTControlCharacters(line)
  return plain.length < columns - 1 ? plain : `${plain.slice(0, columns - 3)}…`
}

function isEnd(heading: string): boolean {
  return !/^[🔧⏳]/u.test(heading)
}
