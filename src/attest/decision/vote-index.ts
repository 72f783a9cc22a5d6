/** Votes by what they are about, so that deciding about many files takes no longer than reading them. */
import type { Sha256 } from '../../digest.ts';
import { addTo } from '../../lists.ts';
import type { Vote } from './statement-votes.ts';

export class VoteIndex {
  readonly #byDigest = new Map<Sha256, Vote[]>();
  readonly #linksByName = new Map<string, Vote[]>();
  /** Files that somebody published. Packages of several architectures have one name, and a link does not say which it is of. */
  readonly #published = new Set<Sha256>();
  /** File names and checksums of control sections (`Q1…`), under which statements have files. */
  readonly #names = new Set<string>();

  constructor(votes: Iterable<Vote>) {
    for (const vote of votes)
      for (const { sha256, name, q1 } of vote.observation.files) {
        addTo(this.#byDigest, sha256, vote);
        this.#names.add(name);
        if (q1 !== undefined) this.#names.add(q1);
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

  /** Whether a vote may be about a file, by its name or by the checksum of its control section. Only the file's own digest says so for certain. */
  isNamed(file: string, q1: string): boolean {
    return this.#names.has(file) || this.#names.has(q1);
  }

  isPublished(sha256: Sha256): boolean {
    return this.#published.has(sha256);
  }
}
