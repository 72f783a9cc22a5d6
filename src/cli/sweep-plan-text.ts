/** A plan of a sweep in words. */
import { counted } from '../bytes.ts';
import type { SweepPlan } from '../sweep/plan/plan-sweep.ts';
import type { Queued } from './queue-jobs.ts';

/** Lines, each with its newline. */
export function planText({ jobs, known, listed, estimate }: SweepPlan, atOnce: number): string {
  const builds = (count: number) => `${grouped(count)} ${count === 1 ? 'build' : 'builds'}`;
  const lines = [
    ['listed', builds(listed)],
    ['known', builds(known)],
    ['to judge', `${builds(jobs.length)} of ${counted(estimate.packages, 'package')}`],
  ];
  if (jobs.length > 0)
    lines.push(
      [
        'time',
        `${hours(estimate.seconds / atOnce)} with ${counted(atOnce, 'build')} at once: ${basisText(estimate)}`,
      ],
      [
        'downloads',
        `${bytesText(estimate.packageBytes)} of packages; their environments at most ${bytesText(estimate.environmentBytes)}, which is everything that is listed; sources are not listed`,
      ],
      ['disk', `at most ${bytesText(estimate.diskBytes)}, the cache included`],
    );
  return lines.map(([name, text]) => `${name!.padEnd(11)} ${text}\n`).join('');
}

/** Whether jobs are queued, or by whom they will be. */
export function queuedText({ builds, by }: Queued): string {
  const how =
    by === undefined
      ? ''
      : `: process ${by}, which works on the sweep, takes them over before its next build`;
  return `${'queued'.padEnd(11)} ${counted(builds, 'build')}${how}\n`;
}

function basisText({ jobs, measured, usualSeconds, basis }: SweepPlan['estimate']): string {
  const others = jobs - measured;
  const known = measured === 0 ? [] : [`${grouped(measured)} as they took before`];
  const each = `${Math.round(usualSeconds)} s each`;
  const rest =
    others === 0
      ? []
      : [
          `${grouped(others)} at ${each}, ${basis === 'median' ? 'the median so far' : 'which is only assumed'}`,
        ];
  return [...known, ...rest].join(', ');
}

function hours(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${grouped(Math.round(seconds / 3600))} h`;
}

function bytesText(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let [value, at] = [bytes / 1024, 0];
  while (value >= 1000 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${value.toFixed(1)} ${units[at]}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
