// Which repository on GitHub a clone belongs to.
import { Fault } from '../../errors.ts'
import { gitUrlOf } from '../../github/clone-source.ts'

export interface HostedName {
  owner: string
  repo: string
}

/** Undefined where `origin` is not on the GitHub that this deployment talks to: another one may have a repository of the same name. */
export function hostedName(remoteUrl: string, apiUrl: string): HostedName | undefined {
  const [, short, path] = /^(?:[^/@]+@)?([^/:@]+):(?!\/\/)(.+)$/.exec(remoteUrl) ?? []
  const address = short === undefined ? remoteUrl : `ssh://${short}/${path}`
  if (!URL.canParse(address)) return undefined
  const { protocol, hostname, host, pathname } = new URL(address)
  const own = new URL(gitUrlOf(apiUrl, 'owner', 'repo'))
  const same = protocol === 'ssh:' ? hostname === own.hostname : host === own.host
  const [, owner, repo] = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(pathname) ?? []
  return same && owner && repo ? { owner, repo } : undefined
}

/** Throws `invalid_input`/`repository_unknown` for what is neither a folder nor `owner/repo`. */
export function namedRepository(text: string): HostedName {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? []
  if (owner && repo && !/^\.+$/.test(owner)) return { owner, repo }
  throw new Fault('invalid_input', 'repository_unknown', `${text} is neither a folder nor the name of a repository.`, {
    mend: 'Give the folder of a clone, or owner/repo.',
  })
}
