// A plan as people read it who decide on it, or carry it out by hand.
import { codeSpan, inline, neutralise } from './neutralise.ts'
import type { StatusView } from './status-view.ts'

/** Paragraphs of Markdown; none where there is no plan to be shown. */
export function renderAnalysis({ analysis: view, outcome }: StatusView): string[] {
  if (view === undefined) return []
  return [
    neutralise(view.summary),
    ...(view.rootCause === undefined ? [] : [`**Cause:** ${inline(view.rootCause, 1_000)}`]),
    ...list(
      'What would change',
      view.changes.map(
        ({ path, kind, title, reason }) =>
          `${codeSpan(path)}${kinds[kind]}: ${inline(title)}. ${inline(reason, 1_000)}`,
      ),
    ),
    ...list(
      `Risk: ${view.risk}`,
      view.risks.map((risk) => inline(risk, 1_000)),
    ),
    ...list(
      'To check in a review',
      view.checklist.map((item) => `[ ] ${inline(item, 1_000)}`),
    ),
    `**Suggested title:** ${inline(view.title)}`,
    ...(outcome?.kind === 'plan_only' ? [planInHand] : []),
  ]
}

const kinds = { modify: '', create: ' (new)', delete: ' (goes)' }

const planInHand =
  'No code was written; the plan is for doing it by hand. What may be done without asking stands under `approval`, `limits` and `sensitivity` in `.github/draftsmith.yml`; subjects such as credentials or payments always end with a plan.'

function list(title: string, items: string[]): string[] {
  return items.length === 0 ? [] : [`**${title}**\n${items.map((item) => `- ${item}`).join('\n')}`]
}
