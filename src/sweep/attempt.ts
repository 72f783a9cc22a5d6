/** One attempt at a job: who made it, what came of it, and what it cost. */
import type { Sha256 } from '../digest.ts';

/** How an attempt ended; decides whether a further one follows. Complete tables follow from it. */
export const attemptClasses = [
  /** Every package has a verdict that a further build would not change. */
  'settled',
  'build-failed',
  /** The build ran out of memory, of disk, of time. */
  'memory',
  'disk',
  'time',
  /** Something could not be reached. */
  'network',
  /** Packages of the recorded environment are in no repository that was named. */
  'environment-unavailable',
  /** Any other `inconclusive`: it stays so until the program or what it is given changes. */
  'inconclusive',
  /** The worker ended, or its lease did. */
  'worker-lost',
  /** What the worker lacks (no sandbox, no user ids): trouble of the machine. */
  'worker-unfit',
  'internal',
  /** The worker was told to end it: the job goes back as it was. */
  'cancelled',
] as const;
export type AttemptClass = (typeof attemptClasses)[number];

/** Classes whose attempts come to a result for each package. A job that ends with any other is a dead letter. */
export const conclusiveClasses: ReadonlySet<AttemptClass> = new Set<AttemptClass>([
  'settled',
  'build-failed',
  'environment-unavailable',
  'inconclusive',
]);

/** Classes of final attempts that may be tried again by hand: no verdict that compares bytes is among them. */
export const retriedClasses: readonly AttemptClass[] = attemptClasses.filter(
  (each) => each !== 'settled' && each !== 'cancelled',
);

export interface AttemptCost {
  readonly wallSeconds: number;
  readonly processorSeconds: number;
  /** Most bytes of memory that the build held; 0 where this was not measured. */
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly downloadedBytes: number;
}

/** What nothing was measured of. */
export const noCost: AttemptCost = {
  wallSeconds: 0,
  processorSeconds: 0,
  memoryBytes: 0,
  diskBytes: 0,
  downloadedBytes: 0,
};

export interface Attempt {
  readonly job: Sha256;
  /** From 1; the fencing token: only the highest one may settle. */
  readonly number: number;
  /** Name of the worker: of its machine, process and start. */
  readonly worker: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly class: AttemptClass;
  readonly cost: AttemptCost;
  /** One line for a person; empty where the verdicts say it. */
  readonly message: string;
  /** The log of its steps, among the artifacts. */
  readonly log: Sha256 | undefined;
}

/** What a job is known to need; what earlier attempts taught. Bytes; 0 where nothing is known. */
export interface JobNeeds {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly seconds: number;
}
