// The style rules of this repository that a machine can check. Prints one line a finding.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['bin', 'scripts', 'src', 'test']
const maxColumns = 120

const rules = [
  ['trailing white space', (line) => /[ \t]$/.test(line)],
  ['tab', (line) => line.includes('\t')],
  [`more than ${maxColumns} columns`, (line) => line.length > maxColumns],
  ['semicolon at the end', (line) => /;$/.test(line)],
  ['var', (line) => /^\s*var\s/.test(line)],
  ['double quotes', (line) => /^[^'`/]*"[^'"`]*"[^'`]*$/.test(line)],
]

let findings = 0
for (const folder of folders) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    if (path === join('scripts', 'lint.js')) continue
    const lines = readFileSync(path, 'utf8').split('\n')
    lines.forEach((line, index) => {
      for (const [rule, breaks] of rules) {
        if (!breaks(line)) continue
        console.log(`${path}:${index + 1}: ${rule}`)
        findings += 1
      }
    })
  }
}
if (findings > 0) process.exitCode = 1
