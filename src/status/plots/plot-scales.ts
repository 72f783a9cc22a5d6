/** The scales of plots. */
import { scaleLinear, scaleUtc } from 'd3-scale';

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Scale {
  /** The place of a value. */
  readonly of: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** Numbers from 0 to `most` along pixels; `label` names a tick. */
export function numberScale(
  most: number,
  [from, to]: readonly [number, number],
  label: (value: number) => string,
): Scale {
  const scale = scaleLinear()
    .domain([0, Math.max(1, most)])
    .range([from, to]);
  return {
    of: (value) => scale(value),
    ticks: scale.ticks(4).map((value) => ({ at: scale(value), label: label(value) })),
  };
}

/** Milliseconds since 1970 along pixels. Ticks fall on days in UTC. */
export function timeScale(first: number, last: number, [from, to]: readonly [number, number]): Scale {
  const scale = scaleUtc()
    .domain([first, Math.max(last, first + 1)])
    .range([from, to]);
  const name = scale.tickFormat(6, '%-d %b %Y');
  return {
    of: (value) => scale(value),
    ticks: scale
      .ticks(6)
      .filter(isMidnight)
      .map((value) => ({ at: scale(value), label: name(value) })),
  };
}

function isMidnight(value: Date): boolean {
  return value.getTime() % 86_400_000 === 0;
}
