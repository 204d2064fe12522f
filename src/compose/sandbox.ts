// What commands of a repository run in.
import type { Config } from '../config.ts'
import { createBubblewrapSandbox } from '../sandbox/bubblewrap-sandbox.ts'
import { createNoneSandbox } from '../sandbox/none-sandbox.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

export function composeSandbox(config: Config, kind: 'bubblewrap' | 'none' = config.sandbox): Sandbox {
  const { privateHosts, registries, upstreamProxy } = config.network
  const options = { hostEnv: config.hostEnv, ...(upstreamProxy && { upstreamProxy }) }
  if (kind === 'none') return createNoneSandbox(options)
  const ofRegistries = Object.values(registries).map((address) => new URL(address).host)
  return createBubblewrapSandbox({ ...options, privateHosts: [...privateHosts, ...ofRegistries] })
}

/** What every report of this deployment has to say. */
export function startNotes(config: Config): string[] {
  return config.sandbox === 'none'
    ? ['Commands of the repository run without a sandbox, because this deployment was started with `none`.']
    : []
}
