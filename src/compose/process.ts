// What this process is to the ledger: its version, its clock, its ids.
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'

export const version: string = readVersion()

export const clock = () => new Date()

const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** `r-` and 10 characters that are not easily mistaken for each other: 2^50 possibilities. */
export function ids(): string {
  return `r-${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')}`
}

function readVersion(): string {
  const { version: own } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return own
}
