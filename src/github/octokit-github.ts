// The GitHub port on Octokit: the App itself here, one topic a file beside it.
import { createPrivateKey } from 'node:crypto'
import type { Logger } from 'pino'
import { Fault } from '../errors.ts'
import { appView } from './app-view.ts'
import type { Urgency } from './call-budget.ts'
import { gitUrlOf, mintCloneSource } from './clone-source.ts'
import { gitData } from './git-data.ts'
import type { GitHubApp, GitHubRepository } from './github.ts'
import { githubFault, statusOf } from './github-faults.ts'
import { createSession } from './installation-token.ts'
import { type Identity, issues } from './issues.ts'
import { labels } from './labels.ts'
import { type ClientOptions, type Clients, createClients } from './octokit-client.ts'
import { pullRequests } from './pull-requests.ts'
import { repositoryReads } from './repository-reads.ts'

export interface GitHubAppOptions extends ClientOptions {
  /** Milliseconds since 1970; the machine's clock when left out. */
  now?: () => number
  /** Calls back once after that time; the answer calls it off. */
  after?: (ms: number, call: () => void) => () => void
}

/** Throws `invalid_input`/`github_key_invalid` for a key that cannot be read; everything else is told at the first call. */
export function createGitHubApp(options: GitHubAppOptions): GitHubApp {
  const clients = createClients({ ...options, privateKey: readableKey(options.privateKey) })
  const describe = () => describeApp(clients)
  const identity: Identity = { appId: options.appId, slug: onceKnown(async () => (await describe()).slug) }
  const view = (log: Logger, urgency: Urgency): GitHubApp => ({
    describe,
    ...appView(clients, { log, urgency }),
    installationFor: (owner, repo) => findInstallation(clients, owner, repo),
    repository: (installationId, owner, name) =>
      repository({ options: { ...options, log }, clients, identity, installationId, owner, name, urgency }),
    withLog: (other) => view(other, urgency),
    inBackground: () => view(log, 'background'),
  })
  return view(options.log, 'answer')
}

/** PKCS #8 with real line ends, whatever form the key came in. */
function readableKey(privateKey: string): string {
  try {
    const key = createPrivateKey(privateKey.replaceAll('\\n', '\n'))
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch (cause) {
    throw new Fault('invalid_input', 'github_key_invalid', "The App's private key cannot be read.", {
      mend: 'Set PRIVATE_KEY to the whole PEM file that GitHub made, or PRIVATE_KEY_PATH to where it is.',
      cause,
    })
  }
}

async function describeApp({ app }: Clients) {
  try {
    const { data } = await app.rest.apps.getAuthenticated()
    if (data === null) throw new Fault('invalid_input', 'github_app_unknown', 'GitHub knows no App with this id.')
    const permissions: Record<string, string> = {}
    for (const [name, level] of Object.entries(data.permissions)) if (level !== undefined) permissions[name] = level
    return { slug: data.slug ?? '', id: data.id, permissions, events: data.events }
  } catch (thrown) {
    // `GET /app` finds nothing only where the id is wrong.
    if (statusOf(thrown) === 404) throw unknownApp(thrown)
    throw githubFault(thrown, { action: 'sign in as the App', asApp: true })
  }
}

function unknownApp(cause: unknown): Fault {
  return new Fault('invalid_input', 'github_app_unknown', 'GitHub knows no App with this id.', {
    mend: "Set APP_ID to the number on the App's settings page.",
    cause,
  })
}

async function findInstallation({ app }: Clients, owner: string, repo: string): Promise<number | undefined> {
  try {
    return (await app.rest.apps.getRepoInstallation({ owner, repo })).data.id
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined
    throw githubFault(thrown, { action: 'find the installation', repository: `${owner}/${repo}`, asApp: true })
  }
}

interface RepositoryParts {
  options: GitHubAppOptions
  clients: Clients
  identity: Identity
  installationId: number
  owner: string
  name: string
  urgency: Urgency
}

function repository(parts: RepositoryParts): GitHubRepository {
  const { options, identity, owner, name } = parts
  const { log, now = Date.now, after } = options
  let stop: AbortSignal | undefined
  const session = createSession({ ...parts, log, now, stop: () => stop, ...(after && { after }) })
  const place = { owner, repo: name }
  return {
    owner,
    name,
    ...repositoryReads(session, place, async () => `${await identity.slug()}[bot]`),
    ...issues(session, place, identity),
    ...labels(session, place),
    ...pullRequests(session, place),
    ...gitData(session, place),
    cloneSource: () => mintCloneSource(session, gitUrlOf(options.apiUrl, owner, name)),
    endWith: (signal) => {
      stop = signal
    },
    release: session.release,
  }
}

/** Asks until it is answered, then never again. */
function onceKnown(ask: () => Promise<string>): () => Promise<string> {
  let answer: Promise<string> | undefined
  return () => {
    answer ??= ask().catch((thrown) => {
      answer = undefined
      throw thrown
    })
    return answer
  }
}
