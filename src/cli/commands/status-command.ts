/** `wolfi-repro status show`, `regressions`, `flaky` and `next`. */
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { renderValue } from '../../report/json-report.ts';
import { statusListValue, statusValue } from '../../status/status-json.ts';
import { countsText, flakyText, nextText, regressionsText, statusText } from '../../status/status-text.ts';
import { readStatus } from '../../status/sweep-status.ts';
import type { SweepCounts } from '../../sweep/sweep-store.ts';
import { withSweep } from '../open-sweep.ts';
import { printData, terminalStyle } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { cancellable } from '../signals.ts';

const texts = { show: statusText, regressions: regressionsText, flaky: flakyText, next: nextText } as const;

export async function statusCommand(
  what: keyof typeof texts,
  sweep: string,
  raw: RawOptions,
): Promise<number> {
  if (raw.watch ?? false) {
    if (raw.format === 'json') throw new Failure('usage', '--watch shows text; leave out --format json');
    return cancellable((signal) => watch(sweep, raw, signal));
  }
  const status = await withSweep(sweep, readStatus);
  if (raw.format !== 'json') printData(texts[what](status, terminalStyle(raw.color)));
  else printData(renderValue(what === 'show' ? statusValue(status) : statusListValue(status, what)));
  return 0;
}

/** Milliseconds between two looks, and how many times as long as one took: reading a large sweep must not take a processor from it. */
const pace = { least: 2000, times: 10 } as const;

async function watch(sweep: string, raw: RawOptions, signal: AbortSignal): Promise<number> {
  const live = process.stdout.isTTY && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === '';
  const style = terminalStyle(raw.color);
  let shown = '';
  while (!signal.aborted) {
    const began = performance.now();
    const counts = await withSweep(sweep, (records) => records.counts());
    const line = countsText(counts);
    if (line !== shown) {
      printData(live ? onScreen(statusText(await withSweep(sweep, readStatus), style)) : `${line}\n`);
      shown = line;
    }
    if (isOver(counts)) return 0;
    const took = performance.now() - began;
    await wait(Math.max(pace.least, took * pace.times), undefined, { signal }).catch(() => undefined);
  }
  return 0;
}

function isOver({ state, queued, running }: SweepCounts): boolean {
  return (state === 'cancelled' || queued === 0) && running === 0;
}

/** As much as the terminal shows, from its top (ECMA-48: CUP, ED). */
function onScreen(text: string): string {
  const lines = text.split('\n').slice(0, Math.max(5, (process.stdout.rows || 24) - 1));
  return `\x1b[H\x1b[J${lines.join('\n')}\n`;
}
