import { afterAll, beforeAll, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { someRun } from '../intake/some-run.ts'
import { approvalOf } from '../run/support.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { hosted, hostOn, startGitHub } from './fixture.ts'

let github: EmulatedGitHub
beforeAll(async () => {
  github = await startGitHub()
})
afterAll(() => github.close())

const run = someRun()
const question = approvalOf('1a2b3c4d')

it('calls people to each question once, also by another process', async () => {
  const full = await hosted(github)
  const bodies = async () => (await full.repository.comments(1)).map(({ body }) => body)
  await hostOn(full.repository).call?.(run, question)
  await hostOn(full.repository).call?.(run, question)
  expect(await bodies()).toEqual([`<!-- question ${run.id} 1a2b3c4d -->\nanswer it`])
  await hostOn(full.repository).call?.(run, approvalOf('99999999'))
  expect(await bodies()).toHaveLength(2)
})

it('calls nobody for a run that is not ours any more, and goes on where GitHub refuses', async () => {
  const full = await hosted(github)
  const refused = (fault: Fault) => ({
    ...full.repository,
    comments: async () => [],
    createComment: () => Promise.reject(fault),
  })
  const fenced = new Fault('fenced', 'fenced', 'Another worker has it.')
  const host = hostOn(full.repository, { fence: () => Promise.reject(fenced) })
  await expect(host.call?.(run, question)).rejects.toBe(fenced)
  const forbidden = new Fault('invalid_input', 'github_forbidden', 'It may not.')
  await hostOn(refused(forbidden)).call?.(run, question)
  const away = new Fault('infrastructure', 'github_unreachable', 'It does not answer.')
  await expect(hostOn(refused(away)).call?.(run, question)).rejects.toBe(away)
})
