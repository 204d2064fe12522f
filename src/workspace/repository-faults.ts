// What can be wrong with a repository that somebody named, in words for that person.
import { Fault } from '../errors.ts'

export function commitMissing(commit: string): Fault {
  return new Fault('invalid_input', 'commit_missing', `The repository has no commit ${commit}.`, {
    mend: 'The branch may have been deleted or rewritten since. Start again from a commit that is there.',
    data: { commit },
  })
}

export function repositoryEmpty(): Fault {
  return new Fault('invalid_input', 'repository_empty', 'The repository has no commits yet.', {
    mend: 'Make a first commit, then start again.',
  })
}

/** What git and its HTTP library say where the server is away, or the way to it: nothing is wrong with the repository. */
const serverAway =
  /returned error: (429|5\d\d)|could not resolve host|failed to connect|couldn't connect|connection (refused|reset|timed out)|timed out|early eof|hung up unexpectedly|rpc failed/i

export function cloneFailed(reason: string): Fault {
  const code = serverAway.test(reason) ? 'git_server_unreachable' : 'clone_failed'
  return new Fault('infrastructure', code, `The repository could not be fetched: ${reason}`, {
    mend: 'Check that the address is right, that the server can be reached, and that it may be read.',
  })
}

export function unknownBase(base: string): Fault {
  return new Fault('invalid_input', 'unknown_base', `There is no branch, tag or commit \`${base}\`.`, {
    mend: 'Name one that `git branch --all` or `git tag` lists, or leave it out to work from HEAD.',
    data: { base },
  })
}

export function repositoryTooLarge(bound: string): Fault {
  return new Fault(
    'invalid_input',
    'repository_too_large',
    `A checkout of the repository would write more than ${bound}.`,
    {
      mend: 'Draftsmith does not work on such a repository; split it, or keep large files elsewhere.',
    },
  )
}
