/** A sweep's status as plain values, for JSON (`wolfi-repro/status/1`, docs/schema/status-1.json). */
import type { Flaky } from './flaky.ts';
import { effortMinutes, type Lack } from './lacking.ts';
import type { NextAction } from './next-actions.ts';
import type { PackageHistory } from './package-history.ts';
import { judgedOf, type Share, totalOf } from './share.ts';
import type { NamedShare } from './share-groups.ts';
import type { SweepStatus } from './sweep-status.ts';
import type { TurningPoint } from './turning-points.ts';

const schema = 'wolfi-repro/status/1';

/** The whole status, as `status show` prints it. */
export function statusValue(status: SweepStatus) {
  return {
    schema,
    sweep: status.counts,
    share: shareValue(status.share),
    architectures: status.architectures.map(namedShareValue),
    melanges: status.melanges.map(namedShareValue),
    causes: status.causes,
    days: status.days,
    notReproduced: status.ranking.map(packageValue),
    lacking: status.lacks.map(lackValue),
    regressions: status.regressions.map(pointValue),
    flaky: status.flaky.map(flakyValue),
    next: status.next.map(actionValue),
  };
}

/** One list of the status, as the command of its name prints it. */
export function statusListValue(status: SweepStatus, list: 'regressions' | 'flaky' | 'next') {
  if (list === 'regressions') return { schema, regressions: status.regressions.map(pointValue) };
  if (list === 'flaky') return { schema, flaky: status.flaky.map(flakyValue) };
  return { schema, next: status.next.map(actionValue) };
}

function shareValue(share: Share) {
  const { reproduced, notReproduced, unjudged } = share;
  return { packages: totalOf(share), judged: judgedOf(share), reproduced, notReproduced, unjudged };
}

function namedShareValue(share: NamedShare) {
  return { name: share.name, ...shareValue(share) };
}

function packageValue({
  repository,
  architecture,
  name,
  origin,
  popularity,
  build,
  state,
  row,
}: PackageHistory) {
  return {
    repository,
    architecture,
    name,
    origin,
    popularity,
    version: build.version,
    checksum: build.checksum,
    state: state.kind,
    reason: state.reason,
    causes: row?.causes ?? [],
    ...(row?.sha256 === undefined ? {} : { sha256: row.sha256 }),
    ...(row?.result === undefined ? {} : { result: row.result }),
  };
}

function lackValue({ kind, reason, effort, step, packages }: Lack) {
  return { state: kind, reason, effort, step, packages: packages.map(packageValue) };
}

function pointValue({ of, kind, before, after, changes, unknown, unjudgedBetween }: TurningPoint) {
  const side = ({ version, judgedAt, verdict }: TurningPoint['before']) => ({ version, judgedAt, verdict });
  return {
    package: packageValue(of),
    kind,
    before: side(before),
    after: side(after),
    changes,
    unknown,
    unjudgedBetween,
  };
}

function flakyValue({ of, kind, attempts, rows }: Flaky) {
  const verdicts = rows.map(({ verdict, tool, judgedAt, job }) => ({ verdict, tool, judgedAt, job }));
  return { package: packageValue(of), kind, attempts, verdicts };
}

/** Hours of a machine in whole minutes, since canonical JSON has whole numbers. */
function actionValue({ effort, step, state, packages, builds, hours, popularity, examples }: NextAction) {
  return {
    effort,
    minutes: effortMinutes[effort],
    step,
    state: state.kind,
    reason: state.reason,
    packages,
    builds,
    popularity,
    examples,
    ...(hours === undefined ? {} : { machineMinutes: Math.round(hours * 60) }),
  };
}
