// Which image a repository's commands run in. The deployment lists them, since an engine that fetches what a repository
// names would be a way out; the repository's policy chooses among them, or what it is built with does.
import { Fault } from '../errors.ts'

export interface ContainerImage {
  /** As the engine knows it: `node:24-bookworm`, or with a registry and a digest. */
  image: string
  /** What it has the tools of, as the toolchain names them: `node`, `python`, …; none: the image for everything else. */
  ecosystems: string[]
}

/** As an engine reads one, and never as an option of its client. */
const imageName = /^[a-z0-9][A-Za-z0-9._/:@-]{0,255}$/

/** `IMAGE` or `ECOSYSTEM+ECOSYSTEM=IMAGE`, separated by commas; undefined where something of it is none. */
export function parseImages(text: string): ContainerImage[] | undefined {
  const images = text.split(',').flatMap((entry) => {
    const [, ecosystems = '', image = ''] = /^(?:([a-z+]+)=)?(.*)$/.exec(entry.trim()) ?? []
    return entry.trim() === '' ? [] : [{ image, ecosystems: ecosystems.split('+').filter((name) => name !== '') }]
  })
  return images.every(({ image }) => imageName.test(image)) ? images : undefined
}

export interface ImageWish {
  /** Of the policy, which holds only what the deployment lists. */
  named: string | undefined
  ecosystems: string[]
}

/** The named one; else the one that has most of what the repository is built with. Throws `invalid_input`/`image_missing`. */
export function chooseImage(images: ContainerImage[], { named, ecosystems }: ImageWish): string {
  if (named !== undefined && images.some(({ image }) => image === named)) return named
  const covered = (one: ContainerImage) => one.ecosystems.filter((name) => ecosystems.includes(name)).length
  const candidates = images.filter((one) => one.ecosystems.length === 0 || covered(one) > 0)
  const [best] = candidates.sort((a, b) => covered(b) - covered(a))
  if (best !== undefined) return best.image
  const built = ecosystems.join(' and ') || 'nothing that is known'
  throw new Fault(
    'invalid_input',
    'image_missing',
    `No container image is there for a repository built with ${built}.`,
    {
      mend: 'Add one to DRAFTSMITH_CONTAINER_IMAGES: `ecosystem=image`, or an image alone for all other repositories.',
      data: { ecosystems },
    },
  )
}
