import { z } from 'zod'

export const taskTypes = [
  'bug_fix',
  'feature',
  'refactor',
  'documentation',
  'migration',
  'dependency_upgrade',
  'test',
] as const
export type TaskType = (typeof taskTypes)[number]

export const levels = ['low', 'medium', 'high'] as const
export const risks = ['low', 'medium', 'high', 'critical'] as const
export type Risk = (typeof risks)[number]

const shortText = z.string().min(1).max(1_000)

/** More than an answer holds; what is kept of it, rules decide. */
const many = 50

/** The part of the contract that has to be understood rather than looked up; what the analyst model fills in. What the fields mean stands in normalize.md, once. */
export const understanding = z.strictObject({
  taskType: z.enum(taskTypes),
  objective: shortText,
  affectedFiles: z.array(z.string().max(300)).max(many),
  searchTerms: z.array(z.string().min(1).max(300)).max(many),
  constraints: z.array(shortText).max(many),
  acceptanceCriteria: z.array(shortText).min(1).max(many),
  complexity: z.enum(levels),
  risk: z.enum(risks),
  questions: z.array(shortText).max(many),
  readings: z
    .strictObject({
      reason: shortText.describe('What the issue leaves open, one sentence.'),
      options: z.array(z.string().min(1).max(300)).min(2).max(4),
      recommended: z.int().min(1).describe('Number of an option, from 1; everything else here is for that one.'),
    })
    .optional()
    .describe('Where the issue can be read in ways that ask for different code, and nothing decides between them.'),
})
export type Understanding = z.infer<typeof understanding>

/** What the run is held to. Everything after the gate is judged against this, not against the issue. */
export interface TaskContract extends Omit<Understanding, 'readings'> {
  /** `owner/repo`, or the path in local mode. */
  repository: string
  baseBranch: string
  /** Immutable: 40 hexadecimal digits. */
  baseCommit: string
  /** Globs. `exclude` holds what the issue asks to leave alone, beside what the policy excludes. */
  scope: { include: string[]; exclude: string[] }
  /** Packages and parts of the repository that rules found in paths and labels: `packages/api`, `parser`. */
  components: string[]
  /** Whose part of the repository it is: what a label says, `area: parser`, and, once the repository is there, whom CODEOWNERS names for the files in scope. */
  ownerArea?: string
  requestedBy: string
  /** True where a label or the form names the kind of task; else a model has read it out of the text. */
  typeIsGiven?: boolean
  /** What the author wrote of what is wrong or missing, where no model has read it; data, not an order. */
  background?: string
  /** What rules found in the words of the issue itself, apart from any model's reading; raises the risk, never lowers it. */
  signals?: { risk: Risk; reason: string }[]
}
