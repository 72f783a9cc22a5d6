/** A share as one bar: what reproduces, what does not, and what was not judged. */
import { judgedOf, type Share, totalOf } from '../share.ts';
import { numberScale } from './plot-scales.ts';

const width = 200;

/** As wide as its part of `most` packages. It says nothing that its row does not say in numbers, so it is hidden from who cannot see it. */
export function shareBar(share: Share, most: number): string {
  const { of } = numberScale(most, [0, width], String);
  const ends = [0, share.reproduced, judgedOf(share), totalOf(share)].map(
    (value) => Math.round(of(value) * 10) / 10,
  );
  const parts = ['reproduced', 'not-reproduced', 'unjudged'].map((name, at) => {
    const [from, to] = [ends[at]!, ends[at + 1]!];
    return from === to ? '' : `<path class="area ${name}" d="M${from},0H${to}V10H${from}Z"/>`;
  });
  return `<svg class="bar" viewBox="0 0 ${width} 10" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg>`;
}
