/** One thing that was looked at. `warn`: it works, but not as it should; `fail`: something that is needed does not work. */
export interface Finding {
  /** Short and stable: `git`, `sandbox: memory`, `permissions`. */
  check: string
  level: 'ok' | 'warn' | 'fail'
  /** One line. */
  found: string
  /** What to do about it; with every `warn` and `fail`. */
  mend?: string
}
