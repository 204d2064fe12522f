#!/usr/bin/env node
// The command line as a process. An older Node fails while it links what a command needs, in words that help nobody, so it
// is asked before anything else is loaded.
import { isRecent, leastNode } from './node-version.ts'

// Whoever reads our output may stop early, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = await begin(process.versions.node)

async function begin(node: string): Promise<number> {
  if (isRecent(node, leastNode)) return (await import('./main.ts')).main(process.argv.slice(2))
  console.error(`Draftsmith needs Node ${leastNode} or later, and this is ${node}.\nhttps://nodejs.org has it.`)
  return 2
}
