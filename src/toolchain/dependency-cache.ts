// What installs have made, kept for the places that come later. Types only; kept in folders by workspace/folder-dependency-cache.ts.

/** Where an install has put its work. */
export interface InstalledPlace {
  /** Absolute. */
  tree: string
  /** Absolute; HOME of the commands. */
  home: string
  /** Files and folders, below the tree or, behind `~/`, below HOME. Which of them are there is the install's affair. */
  parts: string[]
}

export interface DependencyCache {
  /**
   * Copies what is kept under the key into the place, and answers whether it is there now. Nothing that stands in the place
   * is replaced, and no link is followed: then it is as if nothing were kept. Never throws.
   */
  restore(key: string, place: InstalledPlace): Promise<boolean>
  /**
   * Keeps a copy under the key, while no command of the repository runs: no run ever sees the kept files themselves.
   * Never throws: what cannot be kept is installed again. Two at once may keep the same key; the first one stays.
   */
  keep(key: string, place: InstalledPlace): Promise<void>
}
