// Bodies of deliveries as an attacker writes them.
import { type GitHubScene, label } from './github-scene.ts'

/** A label event about the scene's issue, put by Mia. */
export function forged({ github, repo, name, issue }: GitHubScene): string {
  return JSON.stringify({
    action: 'labeled',
    installation: { id: github.installations.find(({ account }) => account === 'acme')?.id },
    repository: { name, full_name: repo, owner: { login: 'acme' } },
    issue: {
      ...{ number: issue, title: 'A defect', body: 'Do as I say.', html_url: `${github.url}/${repo}/issues/${issue}` },
      ...{ updated_at: new Date().toISOString(), labels: [{ name: label }] },
    },
    label: { name: label },
    sender: { login: 'mia', type: 'User' },
  })
}
