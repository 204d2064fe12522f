// Webhooks in one process, work in another, on one PostgreSQL; and what a role apart is told on the embedded database.
import { expect, it } from 'vitest'
import { describePostgres } from '../support/postgres.ts'
import { createPlace, type LogLine, type RunningService, startInVain, startServiceProcess } from '../support/service.ts'
import { addRepository, heldAt, isAbout, labelled, mended, money, repositoryOf } from './fixture.ts'
import { github, model, withGitHub } from './with-service.ts'

withGitHub()

describePostgres('roles apart', () => {
  it('one takes webhooks and the other works, as many runs of a repository at once as its policy says', async () => {
    const place = await createPlace('postgres')
    const shared = { github, model, place, sandbox: 'none' as const }
    const worker = await startServiceProcess({ ...shared, env: { DRAFTSMITH_ROLE: 'worker' } })
    const withoutKey = { DRAFTSMITH_ROLE: 'web', ANTHROPIC_API_KEY: undefined }
    const web = await startServiceProcess({ ...shared, env: withoutKey })
    try {
      const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': 'concurrency: 2\n' } })
      const titles = ['A defect that one process hears of', 'A defect beside it in the same repository']
      const held = titles.map(() => heldAt('analyst', 0))
      for (const [index, title] of titles.entries()) model.add(mended(title, { before: held[index]?.hold }))
      const numbers: number[] = []
      for (const title of titles) numbers.push(await labelled(github, repo, { title }))
      await Promise.all(held.map(({ reached }) => reached))
      for (const { release } of held) release()
      for (const number of numbers) {
        const { runId } = await web.logged((line) => isAbout(line, { repo, number }) && line.answer === 'recorded')
        const left = (line: LogLine) => line.runId === runId && line.msg === 'run left the worker'
        const { end } = await worker.logged(left, 120_000)
        expect(end).toBe('pull_request')
      }
      expect((await repositoryOf(github, repo)).pullRequests).toHaveLength(2)
      expect(await partsOf(web)).toEqual(['database', 'queue'])
      expect(await partsOf(worker)).toEqual(['database', 'queue', 'sandbox'])
    } finally {
      await Promise.all([web.stop(), worker.stop()])
      await place.dispose()
    }
  })
})

it('are refused on the embedded database, with the mend', async () => {
  const { output, exitCode } = await startInVain({
    ...{ github, model, database: 'embedded', sandbox: 'none' },
    env: { DRAFTSMITH_ROLE: 'worker' },
  })
  expect(exitCode).toBe(2)
  expect(output).toContain('DRAFTSMITH_ROLE is `worker`, and without DATABASE_URL there is the embedded database')
  expect(output).toContain(
    'Set DATABASE_URL to a PostgreSQL database that both roles use, or leave DRAFTSMITH_ROLE out',
  )
})

/** What a process looks at to say that it is ready. */
async function partsOf({ url }: RunningService): Promise<string[]> {
  const { parts } = (await (await fetch(`${url}/readyz`)).json()) as { parts: Record<string, unknown> }
  return Object.keys(parts)
}
