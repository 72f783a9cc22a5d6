/** What to do next: the cheapest thing that settles the most packages. */
import { type Effort, effortMinutes, type Lack, lacks } from './lacking.ts';
import type { SweepHistory } from './package-history.ts';
import { compareText } from './row-order.ts';

export interface NextAction {
  readonly effort: Effort;
  readonly step: string;
  readonly state: Pick<Lack, 'kind' | 'reason'>;
  /** Packages that it would settle, and builds that this takes. */
  readonly packages: number;
  readonly builds: number;
  /** Hours of a machine that these builds take, by the mean of those that were judged; undefined where none was. */
  readonly hours: number | undefined;
  /** Images and build environments with one of them, added up. */
  readonly popularity: number;
  readonly examples: readonly string[];
}

const mostExamples = 5;

/**
 * The best first: packages by minute of a person (`effortMinutes`), then by popularity. A step is reckoned once for all packages with the same
 * reason, except where each needs files or changes of its own.
 */
export function nextActions(history: SweepHistory): readonly NextAction[] {
  const seconds = meanSeconds(history);
  return lacks(history.packages)
    .map((lack) => actionOf(lack, seconds))
    .sort(
      (a, b) =>
        worth(b) - worth(a) ||
        b.popularity - a.popularity ||
        compareText(`${a.state.kind} ${a.state.reason}`, `${b.state.kind} ${b.state.reason}`),
    );
}

function actionOf({ effort, step, kind, reason, packages }: Lack, seconds: number | undefined): NextAction {
  const builds = new Set(
    packages.map(({ repository, architecture, origin, build }) =>
      [repository, architecture, origin, build.version].join(' '),
    ),
  ).size;
  return {
    effort,
    step,
    state: { kind, reason },
    packages: packages.length,
    builds,
    hours: seconds === undefined ? undefined : (builds * seconds) / 3600,
    popularity: packages.reduce((sum, { popularity }) => sum + popularity, 0),
    examples: packages.slice(0, mostExamples).map(({ name, build }) => `${name}-${build.version}`),
  };
}

/** Packages settled by minute. What must be found or changed is done for each build; everything else once. */
function worth({ effort, packages, builds }: NextAction): number {
  const times = effort === 'find' || effort === 'change' ? builds : 1;
  return packages / (effortMinutes[effort] * times);
}

function meanSeconds({ jobs }: SweepHistory): number | undefined {
  const settled = [...jobs.values()].flatMap(({ attempts }) =>
    attempts.filter((each) => each.class === 'settled').map(({ cost }) => cost.wallSeconds),
  );
  if (settled.length === 0) return undefined;
  // In one order: sums of fractions depend on it.
  return settled.sort((a, b) => a - b).reduce((sum, each) => sum + each, 0) / settled.length;
}
