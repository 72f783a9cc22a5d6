/** Jobs from the builds that were selected. */
import { type Sha256, sha256 } from '../../digest.ts';
import type { Repository } from '../../repository/repository.ts';
import { type JobPriority, type JobSubject, jobKey, type SweepJob } from '../job.ts';
import type { SelectedBuild } from './select-builds.ts';

export interface JobTerms {
  /** The version of this program. */
  readonly tool: string;
  /** Undefined where each job has the one that follows from what is known of it. */
  readonly priority: JobPriority | undefined;
  readonly tags: readonly string[];
  readonly indexes: Sha256;
  /** Jobs for any version of this program, by `subjectKey`. */
  readonly judgedBefore: ReadonlySet<Sha256>;
}

/** What a job is of, whichever version of this program judges it. */
export function subjectKey(subject: JobSubject): Sha256 {
  return jobKey(subject, '');
}

/** The digest of the indexes that a plan saw, in their order. */
export function indexesDigest(repositories: readonly Repository[]): Sha256 {
  return sha256(Buffer.from(repositories.map(({ indexSha256 }) => indexSha256).join('\n')));
}

export function planJobs(selected: readonly SelectedBuild[], terms: JobTerms): SweepJob[] {
  const { tool, tags, indexes } = terms;
  return selected.map(({ build: { isNewest, ...subject }, popularity, isNamed }) => {
    const priority = terms.priority ?? priorityOf(subject, { isNewest, isNamed }, terms);
    return {
      ...subject,
      key: jobKey(subject, tool),
      tool,
      priority,
      tags: [...tags].sort(),
      popularity,
      indexes,
    };
  });
}

function priorityOf(
  subject: JobSubject,
  { isNewest, isNamed }: { readonly isNewest: boolean; readonly isNamed: boolean },
  { judgedBefore }: JobTerms,
): JobPriority {
  if (isNamed) return 'by-hand';
  if (judgedBefore.size > 0 && judgedBefore.has(subjectKey(subject))) return 'changed-tool';
  return isNewest ? 'new' : 'backfill';
}
