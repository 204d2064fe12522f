import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNoneSandbox } from '../../src/sandbox/none-sandbox.ts'
import { openFixture, type SandboxFixture, sandboxContract } from '../contract/sandbox.ts'
import { requirePackage } from '../support/system.ts'

const hostEnv = { PATH: process.env.PATH, HOME: process.env.HOME, SECRET_TOKEN: 'secret' }

requirePackage('python3', ['python3', 'git'])('none sandbox', () => {
  sandboxContract(createNoneSandbox({ hostEnv }))

  describe('environment', () => {
    let box: SandboxFixture
    beforeEach(async () => {
      box = await openFixture(
        createNoneSandbox({ hostEnv, upstreamProxy: { address: 'http://127.0.0.1:9', except: 'intern' } }),
        { GIVEN: 'yes' },
      )
    })
    afterEach(() => box.close())

    it('holds nothing of ours', async () => {
      const { output } = await box.run({ line: 'env', env: { ASKED: 'too' } })
      expect(output).toContain('GIVEN=yes')
      expect(output).toContain('ASKED=too')
      expect(output).not.toMatch(/SECRET|npm_|VITEST|node_modules/)
    })

    it('runs in place', async () => {
      expect((await box.run('pwd')).output).toBe(`${box.workTree}\n`)
    })

    it("names the host's own proxy only to a command with a network", async () => {
      const networked = await box.run({
        line: 'echo "$HTTPS_PROXY $no_proxy"',
        network: { allowedHosts: ['example.org'] },
      })
      expect(networked.output).toBe('http://127.0.0.1:9 intern\n')
      expect((await box.run('echo "$HTTPS_PROXY"')).output).toBe('\n')
    })
  })

  it('says loudly what it does not hold', async () => {
    const { usable, held } = await createNoneSandbox({ hostEnv }).probe()
    expect(usable).toBe(true)
    const nothing = held.filter(({ by }) => by.startsWith('NOTHING')).map(({ limit }) => limit)
    expect(nothing).toEqual(['files', 'network', 'cpus'])
  })
})
