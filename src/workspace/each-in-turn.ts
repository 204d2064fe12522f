/** Does each, one after the other, whatever became of those before it; then throws what the first of them threw. */
export async function eachInTurn(works: (() => Promise<unknown>)[]): Promise<void> {
  const failed: unknown[] = []
  for (const work of works) await work().catch((thrown: unknown) => failed.push(thrown))
  if (failed.length > 0) throw failed[0]
}
