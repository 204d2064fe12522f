import { z } from 'zod'
import { lineDiff } from '../model/line-diff.ts'
import { applyEdits } from './exact-edits.ts'
import { defineTool, failed, refused, type Tool } from './tools.ts'
import type { WorkTree } from './work-tree.ts'

const path = z.string().min(1).max(300)
const shownDiffLines = 120

/** `edit_file`, `create_file`, `delete_file`. */
export function createEditTools(tree: WorkTree): [edit: Tool, create: Tool, remove: Tool] {
  return [editFile(tree), createFile(tree), deleteFile(tree)]
}

function editFile(tree: WorkTree): Tool {
  return defineTool({
    name: 'edit_file',
    description:
      'Replaces exact text in a file, in order, all or nothing. Each old text must occur once. Answers the diff.',
    kind: 'effect',
    input: z.strictObject({
      path,
      edits: z
        .array(z.strictObject({ old: z.string().min(1), new: z.string() }))
        .min(1)
        .max(50),
    }),
    async run({ path, edits }) {
      const read = await tree.readText(path)
      if (read.kind === 'refused') return refused(read)
      const edited = applyEdits(read.text, edits)
      if (edited.kind === 'refused') return failed(`${edited.message}\nNothing was changed.`)
      const written = await tree.writeText(path, edited.text)
      if (written.kind === 'refused') return refused(written)
      const diff = lineDiff(read.text.split('\n'), edited.text.split('\n'), { context: 2, maxLines: shownDiffLines })
      return { text: diff || 'The edits cancel each other out.' }
    },
  })
}

function createFile(tree: WorkTree): Tool {
  return defineTool({
    name: 'create_file',
    description: 'Creates a file; folders come with it.',
    kind: 'effect',
    input: z.strictObject({ path, content: z.string() }),
    async run({ path, content }) {
      const there = await tree.readText(path)
      if (there.kind === 'text') return failed(`${path} exists. Use edit_file.`)
      if (there.rule !== 'not_found') return refused(there)
      const written = await tree.writeText(path, content)
      if (written.kind === 'refused') return refused(written)
      return { text: `Created ${path}, ${content.split('\n').length - (content.endsWith('\n') ? 1 : 0)} lines.` }
    },
  })
}

function deleteFile(tree: WorkTree): Tool {
  return defineTool({
    name: 'delete_file',
    description: 'Deletes a file.',
    kind: 'effect',
    input: z.strictObject({ path }),
    async run({ path }) {
      const deleted = await tree.delete(path)
      return deleted.kind === 'refused' ? refused(deleted) : { text: `Deleted ${path}.` }
    },
  })
}
