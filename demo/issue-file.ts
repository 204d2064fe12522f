// An issue of the demo: a head of YAML between two lines of dashes, then its text.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const head = z.strictObject({
  title: z.string().min(1),
  labels: z.array(z.string()),
  /** Who puts the label that asks Draftsmith. */
  labelledBy: z.enum(['maintainer', 'outsider']).default('maintainer'),
  /** Folder of `issues/variants` whose files lie over those of the repository. */
  variant: z.string().optional(),
})
export type DemoIssue = z.infer<typeof head> & { body: string }

const folder = join(import.meta.dirname, 'issues')

/** Throws what is wrong with the file, with its name. */
export function readIssue(slug: string): DemoIssue {
  const file = join(folder, `${slug}.md`)
  const [, yaml, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(file, 'utf8')) ?? []
  if (yaml === undefined || body === undefined) throw new Error(`${file} has no head between two lines of dashes`)
  return { ...head.parse(parse(yaml)), body: body.trim() }
}

export function variantFolder(name: string): string {
  return join(folder, 'variants', name)
}
