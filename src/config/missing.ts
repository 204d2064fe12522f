// What a process must be given for what it is started for.
import type { ConfigProblem } from './problems.ts'
import type { Variables } from './variables.ts'

/** What a process is started for decides what it must be given. `service`: what its role takes, the webhooks' secret or a model and a sandbox. */
export type Need = 'github' | 'model' | 'service'

/** `given` may hold values that are not valid, which others tell. */
export function missing(given: Partial<Variables>, needs: Need[]): ConfigProblem[] {
  const serves = needs.includes('service')
  const role = given.DRAFTSMITH_ROLE
  const wanted = [
    ...(needs.includes('github') ? ofGitHub(given) : []),
    ...(serves && role !== 'worker' ? ofWebhooks(given) : []),
    ...((serves && role !== 'web') || needs.includes('model') ? ofModel(given) : []),
    ...(serves && role === 'web' ? [] : ofSandbox(given)),
  ]
  return wanted.flatMap(([value, variable, mend]) => (value ? [] : [{ variable, problem: 'is missing', mend }]))
}

type Wanted = [value: unknown, variable: string, mend: string]

function ofGitHub(given: Partial<Variables>): Wanted[] {
  return [
    [given.APP_ID, 'APP_ID', 'Copy the App ID from the settings page of your GitHub App.'],
    [
      given.PRIVATE_KEY ?? given.PRIVATE_KEY_PATH,
      'PRIVATE_KEY_PATH',
      'Generate a private key on the settings page of your GitHub App and set the path of the .pem file.',
    ],
  ]
}

function ofWebhooks(given: Partial<Variables>): Wanted[] {
  return [
    [
      given.WEBHOOK_SECRET,
      'WEBHOOK_SECRET',
      'Set the same random text here and in the webhook settings of your GitHub App; without it anybody could send events.',
    ],
  ]
}

function ofSandbox(given: Partial<Variables>): Wanted[] {
  if (given.DRAFTSMITH_SANDBOX !== 'container') return []
  return [
    [
      given.DRAFTSMITH_CONTAINER_IMAGES?.length,
      'DRAFTSMITH_CONTAINER_IMAGES',
      'List the images that commands of repositories may run in, such as `node=node:24-bookworm`.',
    ],
  ]
}

function ofModel(given: Partial<Variables>): Wanted[] {
  if (given.DRAFTSMITH_MODEL_PROVIDER === 'recorded')
    return [
      [
        given.DRAFTSMITH_RECORDINGS,
        'DRAFTSMITH_RECORDINGS',
        'Set the folder of recordings, or use DRAFTSMITH_MODEL_PROVIDER=anthropic.',
      ],
    ]
  return [
    [
      given.ANTHROPIC_API_KEY,
      'ANTHROPIC_API_KEY',
      'Create a key in the Anthropic console and set it here, or run `npm run demo`, which needs none.',
    ],
  ]
}
