/** How long each package took, as a table. */
import type { StatedRun } from '../../verdict/stated.ts';
import { show } from '../bounds.ts';
import { escapeMarkup } from '../markup.ts';
import type { ReportContext } from '../report-context.ts';
import { secondsText, timingHeads, timingRows } from '../timings.ts';
import type { PageRoom } from './page.ts';

/** The table; empty where nothing was timed. */
export function timingsHtml(
  { packages }: StatedRun,
  { timings }: ReportContext,
  { bounds, rows: mostRows }: PageRoom,
): string {
  if (timings === undefined) return '';
  const cells = (texts: readonly string[]) => texts.map((text) => `<td>${escapeMarkup(text)}</td>`).join('');
  const rows = timingRows(timings)
    .slice(0, mostRows)
    .map((row, at) => `<tr>${cells([...row, show(packages[at]?.file ?? '', bounds.value)])}</tr>`);
  const heads = [...timingHeads, `seconds, ${secondsText(timings.seconds)} in all`].map(
    (head) => `<th scope="col">${head}</th>`,
  );
  return `\n<table class="all"><thead><tr>${heads.join('')}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}
