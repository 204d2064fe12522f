/** Free text as a task: the first line that is not blank is the title, without Markdown's heading marks; the rest is the body. */
export function parseLocalText(text: string): { title: string; body: string } {
  const [first = '', ...rest] = text
    .replace(/^\ufeff/, '')
    .trim()
    .split(/\r?\n/)
  const title = first
    .replace(/^#+\s*/, '')
    .replace(/\s+#+$/, '')
    .trim()
  return { title, body: rest.join('\n').trim() }
}
