// The Probot app. Given its parts by compose.ts, it registers the handlers of intake/ and nothing else.
import type { ApplicationFunction } from 'probot'
import type { IntakeParts } from './intake/intake-parts.ts'
import { registerWebhooks } from './intake/webhooks.ts'

export default function draftsmith(parts: IntakeParts): ApplicationFunction {
  return (app) => registerWebhooks(app, parts)
}
