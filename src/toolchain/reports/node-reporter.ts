// The reporter that `node --test` loads inside the sandbox. It is written out by `toString`, so it may use nothing from around it.

interface TestEvent {
  type: string
  data: {
    name?: string
    nesting?: number
    file?: string
    line?: number
    skip?: boolean | string
    todo?: boolean | string
    message?: string
    details?: { type?: string; error?: { failureType?: string; cause?: unknown; message?: string } }
  }
}

async function* reportEvents(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const output: Record<string, string> = {}
  // A report without tests is not the same as none.
  yield '{}\n'
  for await (const { type, data } of source) {
    if (type === 'test:stderr' && data.file !== undefined) {
      output[data.file] = ((output[data.file] ?? '') + (data.message ?? '')).slice(0, 20_000)
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const error = data.details?.error
    const cause = error?.cause as { stack?: unknown } | undefined
    yield `${JSON.stringify({
      type,
      name: data.name,
      nesting: data.nesting,
      file: data.file,
      line: data.line,
      skip: Boolean(data.skip),
      todo: Boolean(data.todo),
      suite: data.details?.type === 'suite',
      failureType: error?.failureType,
      error: error === undefined ? undefined : String(cause?.stack ?? cause ?? error.message),
      // A file that does not load is a test named by its path, which is relative since Node 22, as is the file of its output.
      stderr: type === 'test:fail' && data.nesting === 0 ? output[data.name ?? ''] : undefined,
    })}\n`
  }
}

/** Source of an ES module whose default export is the reporter. Works on Node 18.15 and later. */
export const nodeReporterSource = `export default ${reportEvents.toString()}\n`
