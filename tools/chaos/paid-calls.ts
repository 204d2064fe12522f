// Whether the model was asked again for what was stored already: the ledger alone cannot tell, since a second reply may have been dropped.

export interface StoredCall {
  title: string
  role: string
  /** When its reply was stored, in milliseconds since 1970. */
  at: number
}

/** A request that the model answered in whole. */
export interface AnsweredCall {
  title: string
  role: string
  /** How many replies its conversation had already. */
  turn: number
  at: number
}

/** `stored` in the order in which the calls were made, with one conversation a role; every sentence is a loss. */
export function paidAgain(stored: readonly StoredCall[], answered: readonly AnsweredCall[]): string[] {
  const since = new Map<string, number>()
  const turns = new Map<string, number>()
  for (const { title, role, at } of stored) {
    const turn = turns.get(`${title} ${role}`) ?? 0
    turns.set(`${title} ${role}`, turn + 1)
    since.set(nameOf({ title, role, turn }), at)
  }
  return answered.flatMap((call) => {
    const at = since.get(nameOf(call))
    return at !== undefined && call.at > at ? [`${nameOf(call)} was paid again after its reply was stored.`] : []
  })
}

function nameOf({ title, role, turn }: Omit<AnsweredCall, 'at'>): string {
  return `${role} ${turn} of "${title}"`
}
