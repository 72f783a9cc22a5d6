/** How the share went by day, as two pictures in SVG. */
import { largest } from '../../lists.ts';
import { escapeMarkup } from '../../report/markup.ts';
import { judgedOf, percent } from '../share.ts';
import type { DayShare } from '../share-by-day.ts';
import { numberScale, type Scale, timeScale } from './plot-scales.ts';
import { stepArea, stepLine } from './plot-shapes.ts';

const width = 720;
const height = 220;
const inside = { left: 56, right: 704, top: 12, bottom: 190 };
const dayLength = 86_400_000;

/** The share of what was judged that reproduces, from 0 to 100 %; nothing where there is no day. */
export function ratePlot(days: readonly DayShare[]): string {
  const judged = days.filter((day) => judgedOf(day) > 0);
  const last = judged.at(-1);
  if (last === undefined) return '';
  const x = dayScale(judged);
  const y = numberScale(100, [inside.bottom, inside.top], (value) => `${value} %`);
  const points = spread(judged).map(({ at, day }) => ({
    x: x.of(at),
    y: y.of((day.reproduced / judgedOf(day)) * 100),
  }));
  const rate = percent(last.reproduced, judgedOf(last));
  const about = `The share of judged packages that reproduce, by day from ${judged[0]!.day} to ${last.day}. On the last day: ${rate}.`;
  return picture('rate', 'Share of judged packages that reproduce', about, [
    ...axes(x, y),
    `<path class="line" d="${stepLine(points)}"/>`,
  ]);
}

const bands = [
  { name: 'reproduced', of: (day: DayShare) => day.reproduced },
  { name: 'not-reproduced', of: (day: DayShare) => day.notReproduced },
  { name: 'unjudged', of: (day: DayShare) => day.unjudged },
] as const;

/** How many packages had which verdict at the end of each day, on top of each other. */
export function countPlot(days: readonly DayShare[]): string {
  const last = days.at(-1);
  if (last === undefined) return '';
  const total = (day: DayShare) => judgedOf(day) + day.unjudged;
  const x = dayScale(days);
  const y = numberScale(largest(days.map(total), 1), [inside.bottom, inside.top], (value) => `${value}`);
  const at = spread(days);
  const areas = bands.map(({ name }, index) => {
    const below = (day: DayShare) => bands.slice(0, index).reduce((sum, { of }) => sum + of(day), 0);
    const points = at.map(({ at: time, day }) => ({
      x: x.of(time),
      y: y.of(below(day) + bands[index]!.of(day)),
      base: y.of(below(day)),
    }));
    return `<path class="area ${name}" d="${stepArea(points)}"/>`;
  });
  const about = `Packages by what had been found of them by the end of each day. On ${last.day}: ${last.reproduced} reproduced, ${last.notReproduced} not reproduced, ${last.unjudged} without a verdict about their bytes.`;
  return picture('counts', 'Packages by what had been found of them', about, [...areas, ...axes(x, y)]);
}

/** Each day lasts until its end: the last one gets a point there. */
function spread(days: readonly DayShare[]): { readonly at: number; readonly day: DayShare }[] {
  const at = days.map((day) => ({ at: Date.parse(day.day), day }));
  const last = at.at(-1)!;
  return [...at, { at: last.at + dayLength, day: last.day }];
}

function dayScale(days: readonly DayShare[]): Scale {
  return timeScale(Date.parse(days[0]!.day), Date.parse(days.at(-1)!.day) + dayLength, [
    inside.left,
    inside.right,
  ]);
}

function axes(x: Scale, y: Scale): string[] {
  return [
    ...y.ticks.map(
      ({ at, label }) =>
        `<path class="grid" d="M${inside.left},${fixed(at)}H${inside.right}"/><text x="${inside.left - 6}" y="${fixed(at + 4)}" text-anchor="end">${escapeMarkup(label)}</text>`,
    ),
    ...x.ticks.map(
      ({ at, label }) =>
        `<path class="tick" d="M${fixed(at)},${inside.bottom}v5"/><text x="${fixed(at)}" y="${inside.bottom + 20}" text-anchor="${at > inside.right - 30 ? 'end' : 'middle'}">${escapeMarkup(label)}</text>`,
    ),
  ];
}

function fixed(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}

function picture(id: string, title: string, about: string, content: readonly string[]): string {
  return `<div class="plot" tabindex="0" role="group" aria-label="${escapeMarkup(title)}"><svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-about"><title id="${id}-title">${escapeMarkup(title)}</title><desc id="${id}-about">${escapeMarkup(about)}</desc>
${content.join('\n')}
</svg></div>`;
}
