// Can this process do its work now? Each part is asked, in parallel, and says what to do when it cannot.

export interface Probe {
  /** `database`, `queue`, `sandbox`, … */
  name: string
  /** What was found, one line; throws when the part cannot be used. */
  ask(): Promise<string>
  /** For a failure that brings no mend of its own. */
  mend: string
  /** How long an answer holds; a sandbox need not be started at every look. Default: not at all. */
  cacheMs?: number
}

export interface Readiness {
  ready: boolean
  parts: Record<string, { ok: true; detail: string } | { ok: false; detail: string; mend: string }>
}

export interface ReadinessOptions {
  probes: Probe[]
  /** A part that takes longer is not ready. */
  timeoutMs?: number
  now?: () => number
}

/** Answers a function that never throws. */
export function createReadiness({ probes, timeoutMs = 2_000, now = Date.now }: ReadinessOptions) {
  const asked = probes.map((probe) => cached(probe, { timeoutMs, now }))
  return async (): Promise<Readiness> => {
    const answers = await Promise.all(asked.map((ask) => ask()))
    const parts = Object.fromEntries(answers.map((answer, index) => [probes[index]?.name ?? '', answer]))
    return { ready: answers.every(({ ok }) => ok), parts }
  }
}

type Part = Readiness['parts'][string]

/** Looks that come while a part is being asked share its answer. */
function cached(probe: Probe, { timeoutMs, now }: { timeoutMs: number; now: () => number }): () => Promise<Part> {
  let answer: Promise<Part> | undefined
  let goodUntil = 0
  return () => {
    if (answer !== undefined && now() < goodUntil) return answer
    const fresh = ask(probe, timeoutMs)
    answer = fresh
    goodUntil = Number.POSITIVE_INFINITY
    void fresh.then(({ ok }) => {
      goodUntil = ok ? now() + (probe.cacheMs ?? 0) : 0
    })
    return fresh
  }
}

async function ask(probe: Probe, timeoutMs: number): Promise<Part> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return { ok: true, detail: await Promise.race([probe.ask(), late]) }
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    return { ok: false, detail, mend: mendOf(thrown) ?? probe.mend }
  } finally {
    clearTimeout(timer)
  }
}

function mendOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('mend' in thrown)) return undefined
  return typeof thrown.mend === 'string' ? thrown.mend : undefined
}
