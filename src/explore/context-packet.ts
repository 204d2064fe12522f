// What the model is shown first. Types only.

/** Lines `from` to `to` of a file, counted from 1, both included. */
export interface FilePart {
  from: number
  to: number
  text: string
}

export interface ContextFile {
  path: string
  /** Why it is here, for the trace and for people: `named in the issue`, `defines formatMoney`. */
  reason: string
  test: boolean
  lines: number
  /** One part with everything when the file is short, else the parts around what was searched for, in order. */
  parts: FilePart[]
}

/** Stage 6's record. Equal input gives an equal packet, byte for byte. */
export interface ContextPacket {
  /** Most relevant first; tests of the affected components among them. */
  files: ContextFile[]
  /** Folders and files of the repository, at most 2 KiB. */
  map: string
  /** Terms that were searched for and found nowhere, for the planner. */
  notFound: string[]
}
