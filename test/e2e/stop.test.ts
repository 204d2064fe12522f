// A run that is to end while a command of its repository is at work: it is given up at once, with everything that the command has started.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { addRepository, ended, type Issue, label, labelled, mended, money, statusOf, until } from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

withGitHub()
withService({ sandbox: 'none' })

let seconds = 98_760

/** An issue whose run is in the baseline of checks, in two processes that nobody else has. */
async function atWork(): Promise<Issue & { sleepers(): number }> {
  seconds += 1
  const own = `sleep ${seconds}`
  const policy = `checks:\n  test: "sh -c '${own} & ${own}'"\n`
  const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': policy } })
  const title = `A defect whose run is ended in the middle (${seconds})`
  model.add(mended(title))
  const number = await labelled(github, repo, { title })
  const sleepers = () => commandsOfMachine().filter((command) => command === own).length
  await until(async () => (sleepers() === 2 ? true : undefined))
  return { repo, number, sleepers }
}

it.each([
  [
    'by a command',
    (issue: Issue) => github.comment(issue.repo, issue.number, '/draftsmith stop', 'mia'),
    'It was stopped by mia.',
  ],
  [
    'by its label',
    (issue: Issue) => github.unlabel(issue.repo, issue.number, label, 'mia'),
    'The label was removed by mia.',
  ],
  ['with its issue', (issue: Issue) => github.closeIssue(issue.repo, issue.number, 'mia'), 'The issue was closed.'],
])('ended %s, it leaves no process, and says why', async (_, end, reason) => {
  const issue = await atWork()
  await end(issue)
  expect(await ended(service, issue)).toMatchObject({ end: 'cancelled', reason })
  expect(issue.sleepers()).toBe(0)
  expect(await statusOf(github, issue)).toContain(`### ⏹️ Stopped\n\n${reason}`)
})

it('ended by uninstalling the App, it leaves no process, although nothing can be said', async () => {
  const issue = await atWork()
  const id = github.installations.find(({ account }) => account === 'acme')?.id ?? 0
  await github.installation(id, 'deleted')
  expect(await ended(service, issue)).toMatchObject({ end: 'cancelled', reason: 'Draftsmith was uninstalled.' })
  expect(issue.sleepers()).toBe(0)
})

function commandsOfMachine(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
    } catch {
      return []
    }
  })
}
