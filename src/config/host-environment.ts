// What of the machine's own environment repository commands and git may need.

const hostVariables = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'USER',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'HOME',
]

export type Environment = Record<string, string | undefined>

/** Allow-listed: PATH, locale, certificates, proxies. Nothing else of this process ever reaches a command. */
export function readHostEnvironment(environment: Environment): Record<string, string> {
  const set = hostVariables.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))
  return Object.fromEntries(set)
}
