/** Lines and areas of plots, as the `d` of SVG paths. */
import { area, curveStepAfter, line } from 'd3-shape';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line that keeps each value until the next one. */
export function stepLine(points: readonly Point[]): string {
  const path = line<Point>()
    .x(({ x }) => x)
    .y(({ y }) => y)
    .curve(curveStepAfter)
    .digits(1);
  return path([...points]) ?? '';
}

/** What lies between two such lines. */
export function stepArea(points: readonly (Point & { readonly base: number })[]): string {
  const path = area<Point & { readonly base: number }>()
    .x(({ x }) => x)
    .y0(({ base }) => base)
    .y1(({ y }) => y)
    .curve(curveStepAfter)
    .digits(1);
  return path([...points]) ?? '';
}
