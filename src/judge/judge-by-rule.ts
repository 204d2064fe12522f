// Vetoes that no argument overrides: what a change must never do, told from the patch alone.

import { byRule, type JudgedChange } from './judged-change.ts'
import { type PatchSection, patchSections } from './patch-sections.ts'
import { type ChangedExport, changedExports } from './public-exports.ts'
import { judgeTests } from './test-rules.ts'
import type { Objection } from './verdict.ts'

export interface RuleJudgement {
  /** Every objection of every rule; empty when no rule objects. */
  objections: Objection[]
  /** What a person should look at, although no rule forbids it. */
  remarks: string[]
}

export function judgeByRule(change: JudgedChange): RuleJudgement {
  const sections = patchSections(change.patch)
  if (sections.length === 0) return { objections: [emptyChange], remarks: [] }
  return {
    objections: [
      ...sections.flatMap((section) => [
        ...outsideThePlan(section, change),
        ...judgeTests(section, change),
        ...checkDefinition(section, change),
        ...generatedFile(section, change),
        ...dependencies(section, change),
      ]),
      ...removedExports(sections, change),
    ],
    remarks: [...alteredChecks(change), ...changedInterface(sections, change)],
  }
}

const emptyChange: Objection = {
  by: 'rule',
  about: 'empty_change',
  message: 'The change is empty: no file differs from the base commit.',
}

function outsideThePlan({ file }: PatchSection, { plan, candidate }: JudgedChange): Objection[] {
  const planned = [...plan.modifications, ...candidate.amendments.map(({ modification }) => modification)]
  if (planned.some(({ path }) => path === file.path)) return []
  return [
    byRule('outside_the_plan', file.path, `${file.path} changed, but neither the plan nor an amendment names it.`),
  ]
}

function checkDefinition({ file }: PatchSection, change: JudgedChange): Objection[] {
  const what = change.alteredChecks.get(file.path)
  if (what === undefined || change.namedFiles.includes(file.path)) return []
  const message = `${file.path} (${what}) decides how this repository is checked, and the issue does not ask to change it.`
  return [byRule('check_definition', file.path, message)]
}

function generatedFile({ file }: PatchSection, { isGenerated, namedFiles }: JudgedChange): Objection[] {
  if (!isGenerated(file.path) || namedFiles.includes(file.path)) return []
  const message = `${file.path} is generated: change what it is made from.`
  return [byRule('generated_file', file.path, message)]
}

/** A dependency is code of strangers: it comes only where the issue asks for it. */
function dependencies({ file }: PatchSection, change: JudgedChange): Objection[] {
  if (change.taskType === 'dependency_upgrade' || change.namedFiles.includes(file.path)) return []
  const unasked = (change.changedDependencies.get(file.path) ?? []).filter((name) => !names(change.issueText, name))
  if (unasked.length === 0) return []
  const message = `The dependencies change, and the issue does not ask for it: ${unasked.slice(0, 5).join(', ')}.`
  return [byRule('dependency_changed', file.path, message)]
}

function removedExports(sections: PatchSection[], change: JudgedChange): Objection[] {
  return exportsOf(sections, change)
    .filter((found) => found.after === undefined && !mayGo(found, change))
    .map(({ path, name }) => {
      const message = `\`${name}\` could be used by other code and is gone; the issue does not ask for that.`
      return byRule('export_removed', path, message)
    })
}

/** Where the issue names it, where the task is to move code about, and where the plan deletes the file. */
function mayGo({ path, name }: ChangedExport, { taskType, issueText, plan }: JudgedChange): boolean {
  if (taskType === 'refactor' || taskType === 'migration' || names(issueText, name)) return true
  return plan.modifications.some((modification) => modification.path === path && modification.kind === 'delete')
}

/** Where the issue names what defines a check, that very check is less of a proof. */
function alteredChecks({ alteredChecks: altered, namedFiles }: JudgedChange): string[] {
  return [...altered]
    .filter(([path]) => namedFiles.includes(path))
    .map(
      ([path, what]) =>
        `The checks ran with the changed ${path} (${what}), as the issue asks: is it as strict as before?`,
    )
}

function changedInterface(sections: PatchSection[], change: JudgedChange): string[] {
  return exportsOf(sections, change).flatMap((found) => {
    const { path, name, before, after } = found
    if (after !== undefined) return [`${path}: \`${before}\` became \`${after}\`. Does every caller agree?`]
    return mayGo(found, change) ? [`${path}: \`${name}\` is gone. Does nobody else use it?`] : []
  })
}

function exportsOf(sections: PatchSection[], { isTest }: JudgedChange) {
  return changedExports(sections, (path) => !isTest(path))
}

/** As a word of its own, or as the begin of code: `total(prices)` names `total`, and `lodash` does not name `lod`. */
function names(text: string, name: string): boolean {
  if (text.split(/[^\w.@/-]+/).some((word) => word.replace(/[.,]+$/, '') === name)) return true
  return text.split(`\`${name}`).some((after, at) => at > 0 && !/^[\w-]/.test(after))
}
