// What commands of a repository run in.
import type { Config } from '../config.ts'
import type { Ceilings, Policy } from '../policy/policy.ts'
import { createBubblewrapSandbox } from '../sandbox/bubblewrap-sandbox.ts'
import { createContainerSandbox } from '../sandbox/container-sandbox.ts'
import { createNoneSandbox } from '../sandbox/none-sandbox.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** What a repository may ask for: other walls than the deployment's may not stand on its machine. */
export function offeredSandboxes({ sandbox, containerImages }: Config): Pick<Ceilings['sandbox'], 'kinds' | 'images'> {
  return { kinds: ['auto', sandbox], images: sandbox === 'container' ? containerImages.map(({ image }) => image) : [] }
}

/** `wished` is of a policy, with only what is offered in it. */
export function composeSandbox(config: Config, wished: Partial<Policy['sandbox']> = {}): Sandbox {
  const { hostEnv, containerImages: images, network } = config
  const kind = wished.kind === undefined || wished.kind === 'auto' ? config.sandbox : wished.kind
  const upstream = network.upstreamProxy && { upstreamProxy: network.upstreamProxy }
  if (kind === 'none') return createNoneSandbox({ hostEnv, ...upstream })
  const ofRegistries = Object.values(network.registries).map((address) => new URL(address).host)
  const options = { hostEnv, ...upstream, privateHosts: [...network.privateHosts, ...ofRegistries] }
  if (kind === 'bubblewrap') return createBubblewrapSandbox(options)
  const { image } = wished
  return createContainerSandbox({ ...options, images, ...(image !== undefined && { image }) })
}

/** What every report of this deployment has to say. */
export function startNotes(config: Config): string[] {
  return config.sandbox === 'none'
    ? ['Commands of the repository run without a sandbox, because this deployment was started with `none`.']
    : []
}
