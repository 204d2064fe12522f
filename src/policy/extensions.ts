/** What may be written unless a policy says otherwise: source, tests, markup, data and documents. Nothing that a machine executes by its mere place. */
export const defaultExtensions = [
  // Source and tests
  ...['c', 'cc', 'clj', 'cljs', 'cpp', 'cs', 'cts', 'cxx', 'dart', 'elm', 'erl', 'ex', 'exs', 'fs', 'go', 'graphql'],
  ...['groovy', 'h', 'hpp', 'hrl', 'hs', 'java', 'jl', 'js', 'jsx', 'kt', 'kts', 'lua', 'm', 'mjs', 'cjs', 'ml', 'mli'],
  ...['mm', 'mts', 'nim', 'php', 'pl', 'pm', 'proto', 'py', 'pyi', 'pyx', 'r', 'rb', 'rs', 'scala', 'sh', 'sol', 'sql'],
  ...['swift', 'ts', 'tsx', 'zig', 'snap', 'feature'],
  // Markup and styles
  ...['astro', 'css', 'ejs', 'erb', 'hbs', 'html', 'htm', 'jinja', 'j2', 'less', 'liquid', 'mustache', 'pug', 'sass'],
  ...['scss', 'svelte', 'svg', 'tmpl', 'vue', 'xml', 'xsl'],
  // Data and documents
  ...['adoc', 'cfg', 'csv', 'ini', 'json', 'json5', 'jsonc', 'jsonl', 'md', 'mdx', 'po', 'properties', 'rst', 'tex'],
  ...['toml', 'tsv', 'txt', 'yaml', 'yml'],
]
