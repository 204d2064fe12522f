// What commands of a repository may reach while they install, and by which proxy.
import type { Environment } from './host-environment.ts'
import type { ConfigProblem } from './problems.ts'
import type { Variables } from './variables.ts'

/** What the deployment, and never a repository, says about the network of installs. */
export interface NetworkConfig {
  /** `host:port` that may lead into a private network, where a repository asks for it. */
  privateHosts: string[]
  /** Registries that stand for the public ones on this machine; addresses without credentials. */
  registries: { npm?: string; pypi?: string }
  /** The proxy that this machine goes out through, and what NO_PROXY excepts. */
  upstreamProxy: { address: string; except: string | undefined } | undefined
}

export function networkOf(given: Variables, environment: Environment): NetworkConfig {
  const address = proxyAddress(environment)
  return {
    privateHosts: given.DRAFTSMITH_PRIVATE_HOSTS,
    registries: {
      ...(given.npm_config_registry && { npm: given.npm_config_registry }),
      ...(given.PIP_INDEX_URL && { pypi: given.PIP_INDEX_URL }),
    },
    upstreamProxy:
      address === undefined ? undefined : { address, except: environment.NO_PROXY ?? environment.no_proxy },
  }
}

/** As curl and others read it: without a scheme it is plain HTTP. */
function proxyAddress({ HTTPS_PROXY, https_proxy }: Environment): string | undefined {
  const written = HTTPS_PROXY ?? https_proxy
  return written === undefined || written.includes('://') ? written : `http://${written}`
}

export function proxyProblems(environment: Environment): ConfigProblem[] {
  const address = proxyAddress(environment)
  if (address === undefined || ['http:', 'https:'].includes(URL.parse(address)?.protocol ?? '')) return []
  return [
    {
      variable: environment.HTTPS_PROXY === undefined ? 'https_proxy' : 'HTTPS_PROXY',
      problem: 'is not the address of an HTTP proxy',
      mend: 'Write it as http://host:port, with user:password@ in front of the host where the proxy asks for it.',
    },
  ]
}
