// A root's command that only passes on to its workspaces says less than theirs do: each by itself tells its tests by name.
import type { CheckCommand } from './toolchain.ts'

/** Of npm, pnpm and yarn: nothing but one script of all workspaces, as `npm test --workspaces --if-present`. */
const forms = [
  /^npm (?:run |run-script )?(?<script>[\w:-]+)(?= .*(?:--workspaces|-ws)\b)(?: (?:--workspaces|-ws|--if-present))+$/,
  /^npm (?:--workspaces|-ws) (?:--if-present )?(?:run |run-script )?(?<script>[\w:-]+)(?: --if-present)?$/,
  /^pnpm (?:run )?(?:-r|--recursive)(?: --(?:if-present|parallel|stream))* (?:run )?(?<script>[\w:-]+)$/,
  /^yarn workspaces (?:foreach (?:-\S+ )*)?run (?<script>[\w:-]+)$/,
]

/** `scripts`: names under which a package may have its own of that kind. */
export function callsWorkspaces({ script = '' }: Pick<CheckCommand, 'script'>, scripts: readonly string[]): boolean {
  const called = forms.map((form) => form.exec(script.trim())?.groups?.script)
  return called.some((name) => name !== undefined && scripts.includes(name))
}
