// What `draftsmith verify` says in a terminal.
import type { EvidenceComparison } from '../verify/compare-evidence.ts'
import type { Evidence } from '../verify/evidence.ts'
import { counted } from './figures.ts'
import { plain } from './neutralise.ts'

const mostDifferences = 10

export function renderEvidenceComparison(evidence: Evidence, comparisons: EvidenceComparison[]): string {
  const { run, repository, baseCommit, tree, draftsmith } = evidence
  return [
    `Evidence of run ${plain(run)} on ${plain(repository, 300)}, measured by Draftsmith ${plain(draftsmith)}`,
    `Base commit ${baseCommit}`,
    `Verified tree ${tree}`,
    ...mayBeGone(evidence),
    '',
    ...comparisons.flatMap(lines),
    '',
    conclusion(comparisons),
    ...(evidence.verified ? [] : ['The run itself said that this work is not verified.']),
  ].join('\n')
}

/** That they are gone is no difference then, so that people have to know of them. */
function mayBeGone({ removedTests }: Evidence): string[] {
  if (removedTests.length === 0) return []
  return [`Tests that may be gone, as its plan says: ${removedTests.map((name) => plain(name, 200)).join('; ')}`]
}

const words = { same: 'same        ', different: 'different   ', not_repeated: 'not repeated' }

function lines({ what, result, here, differences }: EvidenceComparison): string[] {
  const hidden = differences.length - mostDifferences
  return [
    `${words[result]}  ${plain(what, 300)}${here === '' ? '' : `: ${here}`}`,
    ...differences.slice(0, mostDifferences).map((line) => `                ${plain(line, 500)}`),
    ...(hidden > 0 ? [`                … and ${hidden} more`] : []),
  ]
}

function conclusion(comparisons: EvidenceComparison[]): string {
  const count = (result: EvidenceComparison['result']) => comparisons.filter((each) => each.result === result).length
  if (comparisons.length === 0) return 'The evidence names no check, so there was nothing to repeat.'
  if (count('same') === comparisons.length) return 'The evidence is the same here.'
  return `The evidence is not the same here: ${counted(count('different'), 'difference')}, ${count('not_repeated')} not repeated.`
}
