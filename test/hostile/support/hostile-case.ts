// One attack: a real attempt on the real parts, and the same attempt where the defence is off. The second must arrive,
// or the first proves nothing.

export const families = ['commands', 'git', 'model', 'github', 'policy'] as const
export type Family = (typeof families)[number]

/** `on`: the parts as the service has them. `off`: what stands there without them, as many tools of this kind have it. */
export type Defence = 'on' | 'off'

export interface HostileCase {
  family: Family
  /** The way in, in a few words; cases that share one are variants. */
  mechanism: string
  /** What the attacker would have had. */
  gain: string
  /** Exhausts something, so that it is not tried without a defence. */
  flood: boolean
  /** True when the attempt reached its canary. */
  attempt(defence: Defence): Promise<boolean>
}

export interface Attack<Scene> {
  mechanism: string
  gain: string
  flood?: true
  attempt(scene: Scene): Promise<boolean>
}

/** Makes the cases of a family: each attempt gets a scene of its own, which is closed after it. */
export function inScenes<Scene extends AsyncDisposable>(family: Family, open: (defence: Defence) => Promise<Scene>) {
  return ({ mechanism, gain, flood, attempt }: Attack<Scene>): HostileCase => ({
    family,
    mechanism,
    gain,
    flood: flood ?? false,
    async attempt(defence) {
      await using scene = await open(defence)
      return await attempt(scene)
    },
  })
}

/** True when it was not refused. What refuses by a value answers that itself. */
export async function passes(work: () => unknown): Promise<boolean> {
  try {
    await work()
    return true
  } catch {
    return false
  }
}
