/** Sentences of a text that speak: code blocks, quotes and stack frames show what is, not what is wanted. */
export function proseSentences(text: string): string[] {
  return text
    .replace(/^(```|~~~)[\s\S]*?(^\1|$(?![\s\S]))/gm, '')
    .split(/\r?\n/)
    .filter((line) => !/^(\s*>| {4,}\S|\t|\s*at\s)/.test(line))
    .flatMap((line) => line.split(/(?<=[.!?])\s+(?=[A-Z`"'])/))
    .filter((line) => line.length <= 2_000)
}
