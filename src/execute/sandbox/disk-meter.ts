/**
 * The bound on disk space of one build. The free space of the file system is looked at often, since that costs almost nothing. But
 * others use it as well, so it only says when to measure what the build itself holds.
 */
import { statfsSync } from 'node:fs';
import { isHeldDiskAsked, noteHeldDisk } from '../../held-disk.ts';

/** Arguments of GNU du whose output `parseUsage` takes: each file once however many links it has, on one file system. */
export function usageArguments(folders: readonly string[]): string[] {
  return ['--summarize', '--one-file-system', '--total', '--block-size=1', '--', ...folders];
}

/** The total of du's output, which is its last line. */
export function parseUsage(output: string): number {
  return Number(output.trimEnd().split('\n').at(-1)?.split('\t')[0]);
}

/** Free bytes below which the machine itself is in trouble, whoever uses the space. */
const reservedBytes = 64 * 1024 ** 2;
const reservedFiles = 1024;
/** A build is measured after this number of looks in any case. */
const usualLooks = 100;
/** Measuring takes at most one part in this number of the time. */
const shareOfTime = 20;

interface Free {
  readonly bytes: number;
  /** Infinite where the file system does not count files. */
  readonly files: number;
}

export class DiskMeter {
  readonly #directory: string;
  readonly #most: number;
  readonly #measure: () => Promise<number>;
  readonly #atStart: Free;
  /** The bytes that the build held when it was last measured, and those that were free then. */
  #held = 0;
  #freeThen: number;
  #looks = 0;
  #measuredAt = 0;
  #pause = 0;
  #measuring = false;
  #exceeded = false;

  /**
   * @param directory a folder on the file system that the build writes to
   * @param measure finds how many bytes the build holds
   */
  constructor(directory: string, most: number, measure: () => Promise<number>) {
    this.#directory = directory;
    this.#most = most;
    this.#measure = measure;
    this.#atStart = freeOf(directory);
    this.#freeThen = this.#atStart.bytes;
  }

  /** Whether the build exceeded its limit, or filled the file system. Called at a steady pace; never waits. */
  look(): boolean {
    const free = freeOf(this.#directory);
    this.#looks += 1;
    if (isUsedUp(free, this.#atStart)) this.#exceeded = true;
    const since = this.#looks - this.#measuredAt;
    if (!this.#measuring && since > this.#pause && (this.#mayBeBeyond(free) || since > usualLooks))
      void this.#renew(free);
    return this.#exceeded;
  }

  /** Whether it did, once the writers are gone: measures where the free space does not settle it. */
  async settle(): Promise<boolean> {
    const free = freeOf(this.#directory);
    if (!this.#exceeded && (this.#mayBeBeyond(free) || isHeldDiskAsked())) await this.#renew(free);
    return this.#exceeded;
  }

  #mayBeBeyond(free: Free): boolean {
    return this.#held + this.#freeThen - free.bytes > this.#most;
  }

  async #renew(free: Free): Promise<void> {
    this.#measuring = true;
    const begun = this.#looks;
    try {
      this.#held = await this.#measure();
      this.#freeThen = free.bytes;
      noteHeldDisk(this.#held);
      if (this.#held > this.#most) this.#exceeded = true;
    } catch {
      // A later look tries again.
    } finally {
      this.#measuring = false;
      this.#measuredAt = this.#looks;
      this.#pause = (this.#looks - begun) * shareOfTime;
    }
  }
}

function isUsedUp(now: Free, atStart: Free): boolean {
  return (
    (now.bytes < Math.min(reservedBytes, atStart.bytes / 2) && now.bytes < atStart.bytes) ||
    (now.files < Math.min(reservedFiles, atStart.files / 2) && now.files < atStart.files)
  );
}

function freeOf(directory: string): Free {
  const { bavail, bsize, files, ffree } = statfsSync(directory);
  return { bytes: bavail * bsize, files: files === 0 ? Number.POSITIVE_INFINITY : ffree };
}
