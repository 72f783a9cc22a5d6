/** Votes by what they are about, so that deciding about many files takes no longer than reading them. */
import type { Sha256 } from '../../digest.ts';
import { addTo } from '../../lists.ts';
import type { Vote } from './statement-votes.ts';

export class VoteIndex {
  readonly #byDigest = new Map<Sha256, Vote[]>();
  readonly #linksByName = new Map<string, Vote[]>();
  /** Files that somebody published. Packages of several architectures have one name, and a link does not say which it is of. */
  readonly #published = new Set<Sha256>();

  constructor(votes: Iterable<Vote>) {
    for (const vote of votes)
      for (const { sha256, name } of vote.observation.files) {
        addTo(this.#byDigest, sha256, vote);
        if (vote.observation.kind === 'link') addTo(this.#linksByName, name, vote);
        else this.#published.add(sha256);
      }
  }

  /** Every file that a vote is about, in the order of the votes. */
  files(): Sha256[] {
    return [...this.#byDigest.keys()];
  }

  about(sha256: Sha256): readonly Vote[] {
    return this.#byDigest.get(sha256) ?? [];
  }

  /** Links that have a file under this name. */
  linksNamed(name: string): readonly Vote[] {
    return this.#linksByName.get(name) ?? [];
  }

  isPublished(sha256: Sha256): boolean {
    return this.#published.has(sha256);
  }
}
