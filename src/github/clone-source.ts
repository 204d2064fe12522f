// What git needs to read a repository, without the token in an address, an argument or a file.
import type { CloneSource } from '../task/task-host.ts'
import type { RepositorySession } from './installation-token.ts'

export async function mintCloneSource(
  session: RepositorySession,
  url: string,
): Promise<CloneSource & { revoke(): Promise<void> }> {
  const minted = await session.mint({ contents: 'read', metadata: 'read' })
  return { url, env: cloneAccess(url, minted.token), revoke: minted.revoke }
}

/** Environment for git. It reads settings from the environment since 2.31; the header is bound to this one address. */
export function cloneAccess(url: string, token: string): Record<string, string> {
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  return {
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${url}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
  }
}

/** Where git finds the repositories of an API: github.com, an own server's root, or the same address for an emulated one. */
export function gitUrlOf(apiUrl: string, owner: string, name: string): string {
  const url = new URL(apiUrl)
  if (url.hostname.startsWith('api.')) url.hostname = url.hostname.slice('api.'.length)
  url.pathname = `${url.pathname.replace(/\/api\/v3\/?$/, '').replace(/\/+$/, '')}/${owner}/${name}.git`
  return url.href
}
