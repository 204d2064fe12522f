// `/draftsmith readiness` on an issue, from the signed webhook to the comment. No model is asked for it.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseReadinessReport } from '../../src/render/readiness-report.ts'
import { parseStatus } from '../../src/render/status.ts'
import { CommandLine } from '../cli/command-line.ts'
import type { CommentState, RepositoryName } from '../support/emulated-github/types.ts'
import { createPlace, type LogLine, type RunningService, startServiceProcess } from '../support/service.ts'
import {
  addRepository,
  commentsOn,
  ended,
  heldAt,
  type Issue,
  isAbout,
  labelled,
  money,
  repositoryOf,
  statusOf,
  until,
} from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

const ask = '/draftsmith readiness'
withGitHub()

describe('readiness', () => {
  withService({ sandbox: 'none' })

  it('is reported in one comment of an issue without a label, which is edited in place when asked again', async () => {
    const issue = await openIssue()
    await github.comment(issue.repo, issue.number, ask, 'mia')
    const first = await measured(service, issue)
    expect(first).toMatchObject({ end: 'reported', code: 'ready' })
    const report = await reportOn(issue)
    expect(parseReadinessReport(report.body)).toMatchObject({
      runId: first.runId,
      outcome: 'reported',
      verdict: 'ready',
    })
    expect(report.body).toContain('### 🧪 Readiness of this repository')
    expect(report.body).toContain('**Ready: a change here can be verified.**')
    expect(report.body).toContain('- test: `npm test` (from `package.json scripts.test`, certain): 1 pass, ')
    expect(report.body).toContain('What would make it better, the greatest effect first')
    expect(report.body).toContain('To measure again, comment `/draftsmith readiness`.')

    const broken = String(money['test/money.test.js']).replace("'12.50'", "'12.5'")
    await github.push(issue.repo, { branch: 'main', files: { 'test/money.test.js': broken }, message: 'x', by: 'mia' })
    await github.comment(issue.repo, issue.number, ask, 'mia')
    const second = await measured(service, issue, first)
    expect(await service.ledger.find(second.runId ?? '')).toMatchObject({ attempt: 2, outcome: { kind: 'reported' } })
    const again = await reportOn(issue)
    expect(again.id).toBe(report.id)
    expect(again.body).toContain('**Not ready: no change could be verified here, so tasks are declined.**')
    expect(parseReadinessReport(again.body)?.runId).toBe(second.runId)

    const words = (await commentsOn(github, issue)).filter(({ byApp }) => byApp).map(({ body }) => body)
    expect(words.filter((body) => body.includes('replaces an earlier one there.'))).toHaveLength(2)
    expect(words).toHaveLength(3)
    expect((await repositoryOf(github, issue.repo)).pullRequests).toEqual([])
    expect(model.asked).toEqual([])
  })

  it('is told to nobody without write access', async () => {
    const issue = await openIssue()
    await github.comment(issue.repo, issue.number, ask, 'otto')
    await service.logged((line) => line.msg === 'command without write access ignored' && isAbout(line, issue))
    expect((await commentsOn(github, issue)).map(({ author }) => author)).toEqual(['otto'])
  })

  it('waits while a run of its issue is under way, and leaves the status comment as it is', async () => {
    const title = 'A defect whose repository is measured meanwhile'
    const { hold, reached, release } = heldAt('analyst', 0)
    model.add({ title, understanding: { questions: ['Which one?'] }, before: hold })
    const repo = await addRepository(github)
    const issue = { repo, number: await labelled(github, repo, { title }) }
    await reached
    await github.comment(repo, issue.number, ask, 'mia')
    const waiting = await until(async () => (await reports(issue))[0])
    expect(waiting.body).toContain('### ⏳ Waiting for a free worker')
    expect(parseStatus(await statusOf(github, issue))?.state).toBe('running')
    release()
    expect((await ended(service, issue)).end).toBe('declined')
    expect(await measured(service, issue)).toMatchObject({ end: 'reported' })
    expect((await reportOn(issue)).id).toBe(waiting.id)
    expect(await statusOf(github, issue)).toContain('Declined: the issue leaves open what should be done')
  })

  it('that waits for a worker is stopped by the same words as a run', async () => {
    const title = 'A defect that is stopped while its repository waits to be measured'
    const { hold, reached, release } = heldAt('analyst', 0)
    model.add({ title, understanding: { questions: ['Which one?'] }, before: hold })
    const repo = await addRepository(github)
    const issue = { repo, number: await labelled(github, repo, { title }) }
    await reached
    await github.comment(repo, issue.number, ask, 'mia')
    await until(async () => (await reports(issue))[0])
    await github.comment(repo, issue.number, '/draftsmith stop', 'mia')
    const stopped = await until(async () => (await reports(issue)).find(({ body }) => body.includes('Stopped')))
    expect(stopped.body).toContain('### ⏹️ Stopped\n\nIt was stopped by mia.\n\nTo measure again, comment')
    expect((await ended(service, issue)).end).toBe('cancelled')
    release()
    const reply = await until(async () =>
      (await commentsOn(github, issue)).find(({ body }) => /is stopped\./.test(body) && !body.startsWith('<!--')),
    )
    expect(reply.body).toMatch(
      /^Run `\S+` is stopped\. What it has made so far is kept\. Run `\S+` is stopped\.\n\n<!--/,
    )
  })

  it('that is under way is stopped at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'readiness-'))
    try {
      const issue = await openIssue({ ...money, 'test/held.test.js': heldTest(folder) })
      await github.comment(issue.repo, issue.number, ask, 'mia')
      await until(async () => (existsSync(join(folder, 'reached')) ? true : undefined))
      await github.comment(issue.repo, issue.number, '/draftsmith stop', 'mia')
      expect(await measured(service, issue)).toMatchObject({ end: 'cancelled', reason: 'It was stopped by mia.' })
      const stopped = await until(async () => (await reports(issue)).find(({ body }) => body.includes('Stopped')))
      expect(stopped.body).toContain('### ⏹️ Stopped\n\nIt was stopped by mia.')
    } finally {
      // Whoever was ended may have been about to write there.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })

  it('of a closed issue is declined in the same comment', async () => {
    const issue = await openIssue()
    await github.closeIssue(issue.repo, issue.number, 'mia')
    await github.comment(issue.repo, issue.number, ask, 'mia')
    expect(await measured(service, issue)).toMatchObject({ end: 'declined', code: 'issue_closed' })
    const { body } = await reportOn(issue)
    expect(body).toContain('Declined: the issue is closed')
    expect(body).toContain('To measure again, comment `/draftsmith readiness`.')
  })
})

it('is measured to its end by the next process where one is killed in the middle', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'readiness-'))
  const place = await createPlace()
  const line = new CommandLine()
  const started: (RunningService & { kill(): Promise<void> })[] = []
  try {
    const issue = await openIssue({ ...money, 'test/held.test.js': heldTest(folder) })
    const first = await startServiceProcess({ github, model, place, sandbox: 'none' })
    started.push(first)
    await github.comment(issue.repo, issue.number, ask, 'mia')
    await until(async () => (existsSync(join(folder, 'reached')) ? true : undefined))
    expect((await reportOn(issue)).body).toContain('### 🧪 Installing, and running the checks')
    await first.kill()
    await writeFile(join(folder, 'released'), '')
    const second = await startServiceProcess({ github, model, place, sandbox: 'none' })
    started.push(second)
    const { runId } = await second.logged(({ end }) => end === 'reported')
    const report = await reportOn(issue)
    expect(parseReadinessReport(report.body)).toMatchObject({ runId, state: 'ended', verdict: 'ready' })
    await second.stop()
    const shown = await line.run(['show', `${runId}`], { env: place.env })
    expect(shown.stdout).toContain('\nState: ended, readiness reported: ready\nReady: a change here can be verified.')
    expect(shown.stdout).toContain('\n- test: npm test (from package.json scripts.test, certain): 2 pass, ')
  } finally {
    await writeFile(join(folder, 'released'), '')
    for (const service of started) await service.stop()
    await place.dispose()
    line.remove()
    await rm(folder, { recursive: true })
  }
})

/** Waits until it is released. */
function heldTest(folder: string): string {
  return `import { existsSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

test('is released', async () => {
  writeFileSync(${JSON.stringify(join(folder, 'reached'))}, '')
  while (!existsSync(${JSON.stringify(join(folder, 'released'))})) await sleep(50)
})
`
}

async function openIssue(files = money): Promise<Issue> {
  const repo: RepositoryName = await addRepository(github, { files, labels: [] })
  return { repo, number: await github.openIssue(repo, { title: 'Can it be built?' }, 'mia') }
}

/** The log line with which the measuring left the worker; of another run than `before`. */
async function measured(service: RunningService, issue: Issue, before?: LogLine): Promise<LogLine> {
  const { runId } = await service.logged(
    (line) => line.command === 'readiness' && isAbout(line, issue) && line.runId !== before?.runId,
  )
  return service.logged((line) => line.runId === runId && line.msg === 'run left the worker')
}

async function reports(issue: Issue): Promise<CommentState[]> {
  return (await commentsOn(github, issue)).filter(({ body }) => parseReadinessReport(body) !== undefined)
}

/** Throws where there is none, or more than one. */
async function reportOn(issue: Issue): Promise<CommentState> {
  const found = await reports(issue)
  const [report] = found
  if (report === undefined || found.length > 1) throw new Error(`${found.length} readiness reports`)
  return report
}
