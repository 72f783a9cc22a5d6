/** What happens in a run of a sweep, a line each. */
import { printable } from '../bytes.ts';
import type { AttemptOutcome, Lease } from '../sweep/sweep-store.ts';
import type { WorkEvent } from '../sweep/worker/work.ts';
import { verdictOrder } from '../verdict/verdict.ts';

/** The line of an event; undefined for what is not shown. */
export function eventText(
  event: WorkEvent | { readonly kind: 'waiting'; readonly why: string },
  ended: number,
  of: number,
): string | undefined {
  switch (event.kind) {
    case 'taken':
      return undefined;
    case 'settled':
      return `[${ended}/${Math.max(of, ended)}] ${nameOf(event.lease)}: ${outcomeText(event.outcome)}`;
    case 'lost':
      return `${nameOf(event.lease)}: a different worker has it`;
    case 'given-back':
      return `${nameOf(event.lease)}: ended, to be judged again`;
    case 'waiting':
      return `waiting: ${event.why}`;
  }
}

function nameOf({ job: { origin, version, architecture } }: Lease): string {
  return `${origin}-${version} ${architecture}`;
}

function outcomeText({ class: each, rows, message, cost }: AttemptOutcome): string {
  const counts = verdictOrder.flatMap((verdict) => {
    const count = rows.filter((row) => row.verdict === verdict).length;
    return count === 0 ? [] : [count === rows.length && count === 1 ? verdict : `${count} ${verdict}`];
  });
  const why = message === '' ? '' : ` (${each}: ${printable(message)})`;
  return `${counts.join(', ') || 'no verdict'}${why}, ${Math.round(cost.wallSeconds)} s`;
}
