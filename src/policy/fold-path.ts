// One spelling for every spelling that some file system takes for the same file.

/** Ignored by HFS+ when it compares names, invisible everywhere: zero-width, joiners, bidi marks, variation selectors, tags. */
const ignorable = /\p{Default_Ignorable_Code_Point}/gu
/** Slashes in disguise, and the backslash. */
const separators = /[\\\u2044\u2215\u2571\u27cb\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/g

/** For comparison only, never for opening a file: NFKC, case folded, without invisible characters, NTFS streams (`name:stream`), trailing dots and spaces. */
export function foldPath(path: string): string {
  return caseFold(path)
    .replace(ignorable, '')
    .replace(separators, '/')
    .split('/')
    .map((segment) => segment.replace(/:.*$/, ''))
    .map((segment) => segment.replace(/[. ]+$/, (tail) => (tail === segment && tail.length <= 2 ? tail : '')))
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/')
}

/** Upper case first, so that ß and ſ fall on what they are taken for; the dot of a Turkish i goes. */
function caseFold(text: string): string {
  return text
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/i\u0307/g, 'i')
    .normalize('NFKC')
}
