// The GitHub App: does GitHub know it, and may it do what app.yml asks for, no less and no more.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { toFault } from '../../errors.ts'
import type { GitHubApp } from '../../github/github.ts'
import type { Finding } from './finding.ts'

const manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
})

type AppFacts = Awaited<ReturnType<GitHubApp['describe']>>

/** Answers the App's slug as well, where GitHub knows the App. */
export async function checkApp(app: GitHubApp): Promise<{ slug?: string; findings: Finding[] }> {
  try {
    const facts = await app.describe()
    const found = `${facts.slug} (${facts.id}), signed in with its key`
    const findings: Finding[] = [
      { check: 'app', level: 'ok', found },
      ...comparePermissions(facts),
      compareEvents(facts),
    ]
    return { slug: facts.slug, findings }
  } catch (thrown) {
    const { message, mend = 'Check APP_ID and the private key.' } = toFault(thrown)
    return { findings: [{ check: 'app', level: 'fail', found: message, mend }] }
  }
}

const levels = ['none', 'read', 'write', 'admin']
const rank = (level = 'none') => levels.indexOf(level)

function comparePermissions({ permissions }: AppFacts): Finding[] {
  const check = 'permissions'
  const wanted = readManifest().default_permissions
  const list = (names: string[], of: Record<string, string>) => names.map((name) => `${name}: ${of[name]}`).join(', ')
  const missing = Object.keys(wanted).filter((name) => rank(permissions[name]) < rank(wanted[name]))
  const excessive = Object.keys(permissions).filter((name) => rank(permissions[name]) > rank(wanted[name]))
  const findings: Finding[] = []
  if (missing.length > 0)
    findings.push({ check, level: 'fail', found: `missing ${list(missing, wanted)}`, mend: grant })
  if (excessive.includes('workflows'))
    findings.push({ check, level: 'warn', found: withWorkflows, mend: 'Take `workflows` away from the App.' })
  const others = excessive.filter((name) => name !== 'workflows')
  if (others.length > 0)
    findings.push({ check, level: 'warn', found: `more than is used: ${list(others, permissions)}`, mend: reduce })
  return findings.length > 0 ? findings : [{ check, level: 'ok', found: list(Object.keys(wanted), wanted) }]
}

const grant = "Grant it in the App's settings, then have the owner of each installation accept it."
const reduce = "Lower it in the App's settings; app.yml lists what is used."
const withWorkflows = '`workflows` is granted: GitHub would no longer refuse a commit that touches .github/workflows'

function compareEvents({ events }: AppFacts): Finding {
  const check = 'events'
  const wanted = readManifest().default_events
  const missing = wanted.filter((name) => !events.includes(name))
  if (missing.length === 0) return { check, level: 'ok', found: wanted.join(', ') }
  const mend = "Subscribe to it under `Permissions & events` in the App's settings."
  return { check, level: 'fail', found: `not subscribed to ${missing.join(', ')}`, mend }
}

/** It lies beside package.json, for the sources and for the package. */
function readManifest(): z.infer<typeof manifest> {
  return manifest.parse(parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8')))
}
