// What this machine has for the demo: walls for the commands of the repository, a model, Python.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { composeSandbox } from '../src/compose/sandbox.ts'
import { readConfig } from '../src/config.ts'

export interface ChosenSandbox {
  kind: 'bubblewrap' | 'none'
  environment: { DRAFTSMITH_SANDBOX: 'bubblewrap' | 'none' }
  /** Why it is `none`, and the mend. */
  missing?: { what: string; mend: string }
}

/** The kernel's walls where they hold, else none: the bundled repository is code that we wrote. */
export async function chooseSandbox(): Promise<ChosenSandbox> {
  const { DRAFTSMITH_SANDBOX, PATH, HOME } = process.env
  const read = readConfig({ DRAFTSMITH_SANDBOX, PATH, HOME }, [])
  if (read.kind === 'invalid')
    throw new Error(read.problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'))
  if (read.config.sandbox === 'none')
    return chosen('none', { what: 'DRAFTSMITH_SANDBOX asks for none', mend: 'Unset it.' })
  const { usable, problem } = await composeSandbox(read.config).probe()
  if (usable) return chosen('bubblewrap')
  return chosen('none', problem ?? { what: 'it cannot be used', mend: '`draftsmith doctor` says more.' })
}

function chosen(kind: ChosenSandbox['kind'], missing?: ChosenSandbox['missing']): ChosenSandbox {
  return { kind, environment: { DRAFTSMITH_SANDBOX: kind }, ...(missing && { missing }) }
}

export type DemoModel = { kind: 'set'; environment: Record<string, string> } | { kind: 'missing'; mend: string }

/** Answers from the recordings of the demo, and nothing else. */
export function recordedModel(): DemoModel {
  return {
    kind: 'set',
    environment: {
      DRAFTSMITH_MODEL_PROVIDER: 'recorded',
      DRAFTSMITH_RECORDINGS: join(import.meta.dirname, 'recordings'),
    },
  }
}

export function liveModel(): DemoModel {
  const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL } = process.env
  if (!ANTHROPIC_API_KEY) {
    return { kind: 'missing', mend: 'A real model needs a key: set ANTHROPIC_API_KEY. Without one, leave --live out.' }
  }
  return {
    kind: 'set',
    environment: { ANTHROPIC_API_KEY, ...(ANTHROPIC_BASE_URL && { ANTHROPIC_BASE_URL }) },
  }
}

/** Whether a program is on PATH. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}
