/** Markdown of ours as a terminal shows it: without hidden data and tags, folded parts open. Tables and lists read well as they are. */
export function readable(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?-->\n*/g, '')
    .replace(/<details><summary>(.*?)<\/summary>/g, '▾ $1')
    .replace(/<\/?(?:details|sub)>/g, '')
    .replace(/\*\*([^*\n]+)\*\*/g, '$1')
    .replace(/\\([[\]<>|$*_~`\\+-])/g, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
