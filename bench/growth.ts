/** How long twice as much takes, for each thing of which a package may have more. */
import { dimensions, growthOf } from '../test/support/growth.ts';
import type { Report } from './measure.ts';

export async function benchGrowth(report: Report, rounds: number): Promise<void> {
  report('growth (reference: half as much of the same; processor time, the least of the rounds)');
  for (const dimension of dimensions) {
    const { once, more, ratio } = await growthOf({ ...dimension, size: 2 * dimension.size }, 2, rounds);
    report(
      `  ${dimension.name.padEnd(46)} ${once.toFixed(0).padStart(6)} ms ${more.toFixed(0).padStart(6)} ms ${ratio.toFixed(2).padStart(6)} of the reference`,
    );
  }
}
