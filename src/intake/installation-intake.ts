// What an installation reaches, as it changes. Where we are not let in any more, no run goes on.
import { gitHubKey } from '../task/identity.ts'
import type { InstallationEvent } from './events.ts'
import type { IntakeParts } from './intake-parts.ts'
import { cancelRun } from './record-run.ts'

export async function noteInstallation(
  event: InstallationEvent,
  about: { event: string; delivery: string },
  parts: IntakeParts,
): Promise<void> {
  const cancelled = await cancelWhatIsShut(event, about.delivery, parts)
  if (!(await parts.ledger.seen(about.delivery))) return
  const { action, installation } = event
  const names = (list: { full_name: string }[] | undefined) => list?.map(({ full_name }) => full_name)
  parts.log.info(
    {
      ...about,
      action,
      installation: installation.id,
      account: installation.account?.login,
      repositories: names(event.repositories ?? event.repositories_added),
      removed: names(event.repositories_removed),
      cancelled,
    },
    'installation changed',
  )
}

const reasons: Record<string, string> = {
  deleted: 'Draftsmith was uninstalled.',
  suspend: 'The installation of Draftsmith was suspended.',
  removed: 'Draftsmith was taken off this repository.',
}

/** Answers how many. Each remembers the delivery for itself, so that one that could not be written is obeyed when it is delivered again. */
async function cancelWhatIsShut(event: InstallationEvent, delivery: string, parts: IntakeParts): Promise<number> {
  const { action, installation, repositories_removed: removed } = event
  const reason = reasons[action]
  if (reason === undefined) return 0
  const shut = await parts.ledger.underWay({
    installationId: installation.id,
    ...(action === 'removed' && { repositories: (removed ?? []).map(({ full_name }) => gitHubKey(full_name)) }),
  })
  for (const { taskKey } of shut) await cancelRun(taskKey, { reason, delivery: `${delivery}:${taskKey}` }, parts)
  return shut.length
}
