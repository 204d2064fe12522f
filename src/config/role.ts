// What a process of the service does.
import type { Need } from './missing.ts'
import type { ConfigProblem } from './problems.ts'
import type { Variables } from './variables.ts'

export type Role = Variables['DRAFTSMITH_ROLE']

/** Two processes need a database that two can open. */
export function roleProblems({ DRAFTSMITH_ROLE: role, DATABASE_URL }: Variables, needs: Need[]): ConfigProblem[] {
  if (!needs.includes('service') || role === 'both' || DATABASE_URL !== undefined) return []
  return [
    {
      variable: 'DRAFTSMITH_ROLE',
      problem: `is \`${role}\`, and without DATABASE_URL there is the embedded database, which serves one process`,
      mend: 'Set DATABASE_URL to a PostgreSQL database that both roles use, or leave DRAFTSMITH_ROLE out: one process then does both.',
    },
  ]
}
