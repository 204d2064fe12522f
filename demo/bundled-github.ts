// An emulated GitHub with one copy of the bundled repository for each scenario, its issue open and not labelled yet.
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulatedGitHub } from '../test/support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub, RepositorySeed } from '../test/support/emulated-github/types.ts'
import { type DemoIssue, readIssue, variantFolder } from './issue-file.ts'
import type { Scenario } from './scenarios.ts'

export const bundledRepository = join(import.meta.dirname, 'repository')

/** The label that asks Draftsmith. */
export const eligible = 'agent-eligible'

/** Who acts in the demo: login by part. */
export const people: Record<DemoIssue['labelledBy'], string> = { maintainer: 'maya', outsider: 'oskar' }

/** What is written in Python. It is left out where a scenario is not about it, so that a machine without Python plays the rest. */
const pythonPart = ['tools', '.github/workflows/report.yml']

/** Each repository is filled with `repository`; `scratch` is a folder that does not exist yet. */
export function startBundledGitHub(
  scenarios: Scenario[],
  { repository, scratch }: { repository: string; scratch: string },
): Promise<EmulatedGitHub> {
  const leftOut = new Set(pythonPart.map((path) => join(repository, path)))
  cpSync(repository, scratch, { recursive: true, filter: (source) => !leftOut.has(source) })
  return startEmulatedGitHub({
    users: Object.values(people).map((login) => ({ login })),
    repositories: scenarios.map((scenario) => seedOf(scenario, scenario.needs === 'python3' ? repository : scratch)),
  })
}

function seedOf({ slug, repository }: Scenario, folder: string): RepositorySeed {
  const [owner = '', name = ''] = repository.split('/')
  const { title, body, labels, variant } = readIssue(slug)
  return {
    owner,
    name,
    folder,
    ...(variant !== undefined && { files: filesOf(variantFolder(variant)) }),
    collaborators: { [people.maintainer]: 'write' },
    issues: [{ title, body, author: people.outsider, labels: labels.filter((label) => label !== eligible) }],
  }
}

/** With those of hidden folders, such as `.github`. */
function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    paths.map(({ parentPath, name }) => {
      const file = join(parentPath, name)
      return [file.slice(folder.length + 1), readFileSync(file, 'utf8')]
    }),
  )
}
