// What the operator reads: a service that cannot start says why and what helps; one that starts with a wrong key says so where it is seen.
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPlace,
  type ServiceOptions,
  type ServicePlace,
  startInVain,
  startServiceProcess,
} from '../support/service.ts'
import { addRepository, ended, labelled, statusOf, until } from './fixture.ts'
import { github, model, withGitHub } from './with-service.ts'

let place: ServicePlace

withGitHub()
beforeAll(async () => {
  place = await createPlace('embedded')
})
afterAll(async () => {
  await place?.dispose()
})

const inVain = (env: ServiceOptions['env']) => startInVain({ github, model, place, sandbox: 'none', env })

describe('the configuration', () => {
  it('names everything that is missing at once, with its mend', async () => {
    const { output, exitCode } = await inVain({
      ANTHROPIC_API_KEY: undefined,
      WEBHOOK_SECRET: undefined,
      PRIVATE_KEY: undefined,
    })
    expect(exitCode).toBe(2)
    expect(output).toContain('Draftsmith cannot start. The configuration cannot be used:')
    expect(output).toContain('PRIVATE_KEY_PATH is missing\n    Generate a private key on the settings page')
    expect(output).toContain('WEBHOOK_SECRET is missing\n    Set the same random text here and in the webhook settings')
    expect(output).toContain('ANTHROPIC_API_KEY is missing\n    Create a key in the Anthropic console')
  })

  it.each([
    {
      what: 'a private key that is none',
      env: { PRIVATE_KEY: 'not a key' },
      says: 'PRIVATE_KEY is not a private key in PEM form',
      mend: 'generate a new key on the settings page of your GitHub App',
    },
    {
      what: 'a private key file that is not there',
      env: { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/nowhere/app.pem' },
      says: 'PRIVATE_KEY_PATH names a file that cannot be read',
      mend: 'Set the path of the .pem file that GitHub generated',
    },
  ])('refuses $what', async ({ env, says, mend }) => {
    const { output, exitCode } = await inVain(env)
    expect(exitCode).toBe(2)
    expect(output).toContain(says)
    expect(output).toContain(mend)
  })
})

describe("the App's credentials", () => {
  it('an id that GitHub does not know', async () => {
    const { output, exitCode } = await inVain({ APP_ID: '99' })
    expect(exitCode).toBe(1)
    expect(output).toContain('GitHub knows no App with this id.')
    expect(output).toContain("Set APP_ID to the number on the App's settings page.")
  })

  it('a key of another App', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const { output, exitCode } = await inVain({ PRIVATE_KEY: privateKey })
    expect(exitCode).toBe(1)
    expect(output).toContain("GitHub does not accept the App's key")
    expect(output).toContain('Check that APP_ID and PRIVATE_KEY belong to the same App')
  })
})

describe('a service that runs', () => {
  it('logs a model without a price, keeps a second process off its embedded database, goes its rounds, and tells people of a wrong model key', async () => {
    const service = await startServiceProcess({
      github,
      model,
      place,
      sandbox: 'none',
      env: { ANTHROPIC_API_KEY: 'wrong', DRAFTSMITH_MODEL_CODER: 'house-model' },
    })
    try {
      const unpriced = service.logs.filter(({ msg }) => msg.startsWith('no price is known'))
      expect(unpriced).toMatchObject([{ model: 'house-model' }])
      const second = await startInVain({ github, model, place, sandbox: 'none' })
      expect(second.exitCode).toBe(1)
      expect(second.output).toContain('Another Draftsmith process uses the data folder')
      expect(second.output).toContain('Stop the other process, or set DATABASE_URL to a PostgreSQL database')

      const asked = (path: string) => github.calls().some((call) => call.path === path && call.status === 200)
      await until(async () => (asked('/app/hook/deliveries') && asked('/installation/repositories')) || undefined)

      const repo = await addRepository(github)
      const number = await labelled(github, repo, { title: 'A defect that nobody can pay for' })
      expect((await ended(service, { repo, number })).end).toBe('failed')
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('### ❌ Failed\n\nThe Anthropic API refuses the key (401).')
      expect(status).toContain('**What helps:** Check ANTHROPIC\\_API\\_KEY: it may be mistyped, revoked')
      expect(status).toContain('To run again, comment `/draftsmith retry`.')
      expect(status).not.toContain('wrong')
    } finally {
      await service.stop()
    }
    expect(service.process.exitCode).toBe(0)
  })
})
