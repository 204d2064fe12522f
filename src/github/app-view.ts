// What the App sees of itself: where it is installed, what it reaches there, and what GitHub has sent to it.
import type { DeliveryFacts, GitHubApp, InstallationFacts } from './github.ts'
import { githubFault } from './github-faults.ts'
import type { Client, Clients, TokenOf } from './octokit-client.ts'

type AppView = Pick<GitHubApp, 'installations' | 'reachable' | 'deliveries' | 'redeliver'>

/** Of 100 deliveries each. More in a few days than any sweep could send again. */
const mostPages = 200

export function appView(clients: Clients, of: Pick<TokenOf, 'log' | 'urgency'>): AppView {
  const asApp = <T>(action: string, call: (client: Client) => Promise<T>) =>
    call(clients.app).catch((thrown: unknown) => {
      throw githubFault(thrown, { action, asApp: true })
    })
  return {
    installations: () => asApp('list the installations', listInstallations),
    reachable: (installationId) =>
      asApp('list the repositories of an installation', () => listReachable(clients, { ...of, installationId })),
    deliveries: (since) => asApp('list the deliveries', (client) => listDeliveries(client, since)),
    redeliver: (id) =>
      asApp(`send delivery ${id} again`, async (client) => {
        await client.rest.apps.redeliverWebhookDelivery({ delivery_id: id })
      }),
  }
}

async function listInstallations(client: Client): Promise<InstallationFacts[]> {
  const all = await client.paginate(client.rest.apps.listInstallations, { per_page: 100 })
  return all.map(({ id, created_at, suspended_at }) => ({
    id,
    createdAt: new Date(created_at),
    suspended: suspended_at !== null,
  }))
}

/** Archived ones take no comment, and those without issues have none. The token can do nothing but this. */
async function listReachable(clients: Clients, of: TokenOf) {
  const options = { installation_id: of.installationId, permissions: { metadata: 'read' } } as const
  const { token } = (await clients.app.rest.apps.createInstallationAccessToken(options)).data
  const client = clients.withToken(token, of)
  try {
    const all = await client.paginate(client.rest.apps.listReposAccessibleToInstallation, { per_page: 100 })
    return all
      .filter(({ archived, has_issues }) => !archived && has_issues)
      .map(({ owner, name, default_branch }) => ({ owner: owner.login, name, defaultBranch: default_branch }))
  } finally {
    await client.rest.apps.revokeInstallationAccessToken({ request: { retries: 0 } }).catch(() => undefined)
  }
}

/** GitHub lists the newest first. */
async function listDeliveries(client: Client, since: Date): Promise<DeliveryFacts[]> {
  const found: DeliveryFacts[] = []
  const pages = client.paginate.iterator(client.rest.apps.listWebhookDeliveries, { per_page: 100 })
  let page = 0
  for await (const { data } of pages) {
    const facts = data.map(toFacts)
    found.push(...facts.filter(({ at }) => at >= since))
    page += 1
    if (page === mostPages || facts.some(({ at }) => at < since)) break
  }
  return found
}

type RawDelivery = Awaited<ReturnType<Client['rest']['apps']['listWebhookDeliveries']>>['data'][number]

function toFacts({ id, guid, delivered_at, event, action, redelivery, status_code }: RawDelivery): DeliveryFacts {
  return {
    id,
    guid,
    at: new Date(delivered_at),
    event: action === null ? event : `${event}.${action}`,
    redelivery,
    taken: status_code >= 200 && status_code < 400,
  }
}
