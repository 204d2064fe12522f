import type { Frame } from '../failure-detail.ts'

/** Ruby's backtrace, innermost first: ``lib/money.rb:3:in `add'``, since Ruby 3.4 `lib/money.rb:3:in 'Money.add'`. */
export function rubyFrames(backtrace: string[]): Frame[] {
  return backtrace.flatMap((line) => {
    const match = /^(.+?):(\d+)(?::in [`'](.+)')?$/.exec(line.trim())
    if (match === null || /\/gems\/|^<internal:|\/\.gems\//.test(line)) return []
    const symbol = /^block .*in |^<|\s/.test(match[3] ?? '') ? '' : (match[3] ?? '')
    return [{ symbol, path: match[1] ?? '', line: Number(match[2]) }]
  })
}
