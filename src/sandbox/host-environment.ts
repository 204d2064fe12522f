// What of the host's environment a command may know: where the tools are and, with a network, which certificates to trust.
import { statSync } from 'node:fs'
import { delimiter, isAbsolute } from 'node:path'

export type HostEnvironment = Record<string, string | undefined>

/** Variables that name a file of certificates, as package clients read them. */
const certificateVariables = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
  'npm_config_cafile',
]

/**
 * PATH of the machine itself, without what a package client put in front of it: our own `node_modules/.bin`, whose
 * `node` is not the repository's, and npm's own folders. Relative and empty entries go as well.
 */
export function machinePath(hostEnv: HostEnvironment): string[] {
  const entries = (hostEnv.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)
  const ofPackageClient = /\/node_modules(\/|$)|\/node-gyp-bin\/?$/
  return [...new Set(entries.filter((entry) => isAbsolute(entry) && !ofPackageClient.test(entry)))]
}

/** Certificate files of the host, by variable; only those that exist. */
export function certificateFiles(hostEnv: HostEnvironment): { variable: string; file: string }[] {
  return certificateVariables.flatMap((variable) => {
    const file = hostEnv[variable]
    return file !== undefined && isAbsolute(file) && isFile(file) ? [{ variable, file }] : []
  })
}

/** What every command gets beside its PATH; `home` and `temp` as the command sees them. */
export function fixedEnvironment(home: string, temp: string): Record<string, string> {
  return {
    HOME: home,
    TMPDIR: temp,
    LANG: 'C.UTF-8',
    USER: 'draftsmith',
    LOGNAME: 'draftsmith',
    SHELL: '/bin/sh',
    GIT_TERMINAL_PROMPT: '0',
  }
}

/** Variables by which package clients find a proxy; `direct` hosts are asked without it. */
export function proxyEnvironment(url: string, direct: string[]): Record<string, string> {
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
  const clients = ['npm_config_proxy', 'npm_config_https_proxy', 'YARN_HTTP_PROXY', 'YARN_HTTPS_PROXY']
  return {
    ...Object.fromEntries([...names, ...clients].map((name) => [name, url])),
    NO_PROXY: direct.join(','),
    no_proxy: direct.join(','),
    npm_config_noproxy: direct.join(','),
    NODE_USE_ENV_PROXY: '1',
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
