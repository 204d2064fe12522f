// The flags of a tool: what is wrong with them is said in one line, with how the tool is called.

/** What `parse` reads of the command line. Ends the process: with 0 where `--help` asks for the usage, with 2 where `parse` throws. */
export function readFlags<T>(usage: string, parse: () => T): T {
  if (process.argv.slice(2).some((flag) => flag === '--help' || flag === '-h')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parse()
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown), usage)
  }
}

/** Ends the process with 2. */
export function refuse(problem: string, usage: string): never {
  console.error(`${problem}\n\n${usage}`)
  process.exit(2)
}
