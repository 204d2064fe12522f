/** Who objects to what. A model can only object; a veto by rule cannot be argued away. */
export interface Objection {
  by: 'rule' | 'reviewer'
  /** Rule name, or the dimension: scope, intent, minimality, test_integrity, safety, maintainability, evidence. */
  about: string
  path?: string
  line?: number
  message: string
}

export interface Verdict {
  passed: boolean
  objections: Objection[]
  /** Reviewer's remarks that do not block, for the PR's checklist. */
  remarks: string[]
}
