/** A job of a sweep: everything that one index lists of one build of one origin, judged by one build. */
import { canonicalJson } from '../canonical.ts';
import { type Sha256, sha256 } from '../digest.ts';
import type { Architecture, PackageName, PackageVersion } from '../names.ts';

/** One package of a job, as its index lists it. */
export interface JobPackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
  /** `Q1` and base64: the SHA-1 of the published control section, which holds the digest of the data. */
  readonly checksum: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes once installed. */
  readonly installedSize: number;
}

/** Seconds from 1970 to the year 10000, which dates as they are shown do not reach (RFC 3339). */
export const endOfTime = 253_402_300_800;

/** Most urgent first. */
export const jobPriorities = ['by-hand', 'gate', 'new', 'changed-tool', 'retry', 'backfill'] as const;
export type JobPriority = (typeof jobPriorities)[number];

/** What decides whether two jobs are the same: nothing of when, where or how urgently they run. */
export interface JobSubject {
  readonly origin: PackageName;
  readonly version: PackageVersion;
  readonly architecture: Architecture;
  /** The repository as the user named it, without a secret. */
  readonly repository: string;
  /** Sorted by name; at least one. */
  readonly packages: readonly JobPackage[];
  /** The commit of the recipes that the index records; empty where it records none. */
  readonly commit: string;
  /** Seconds since 1970, as the index records the build; 0 where it records none. */
  readonly builtAt: number;
}

export interface SweepJob extends JobSubject {
  readonly key: Sha256;
  /** Version of this program that is to judge it. */
  readonly tool: string;
  readonly priority: JobPriority;
  /** What a worker must offer to be given it; sorted. The architecture is not among them. */
  readonly tags: readonly string[];
  /** Images and build environments that have one of its packages, as far as the plan was told; ranks what does not reproduce. */
  readonly popularity: number;
  /** Digest of the indexes that the plan saw, not part of the key: a package whose environment was unavailable is judged again once they differ. */
  readonly indexes: Sha256;
}

/** The order of what is read of a sweep, which does not depend on when or by whom it was judged. */
export function compareJobs(
  a: Pick<SweepJob, 'architecture' | 'origin' | 'version' | 'key'>,
  b: typeof a,
): number {
  return (
    compareText(a.architecture, b.architecture) ||
    compareText(a.origin, b.origin) ||
    compareText(a.version, b.version) ||
    compareText(a.key, b.key)
  );
}

/** The order in which jobs are taken: the most urgent first, of those the most used ones, of those as `compareJobs` has it. */
export function compareUrgency(
  a: Pick<SweepJob, 'priority' | 'popularity' | 'architecture' | 'origin' | 'version' | 'key'>,
  b: typeof a,
): number {
  const rank = (priority: JobPriority) => jobPriorities.indexOf(priority);
  return rank(a.priority) - rank(b.priority) || b.popularity - a.popularity || compareJobs(a, b);
}

/** By UTF-16 units, which for plain names is the order of their bytes. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * The key of a job: the SHA-256 of its subject and the program's version, in canonical JSON. The published digests stand for the plan, which
 * follows from them, so that a repository in which nothing changed is recognised by its index alone.
 */
export function jobKey(
  { origin, version, architecture, repository, packages }: JobSubject,
  tool: string,
): Sha256 {
  const published = packages.map(({ name, version: of, checksum }) => [name, of, checksum]);
  const subject = { origin, version, architecture, repository, published, tool };
  return sha256(Buffer.from(canonicalJson(subject)));
}
