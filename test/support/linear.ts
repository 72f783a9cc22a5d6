/** That work grows no faster than its size. Processor time of this process is compared with itself: no machine is too slow for it. */
import assert from 'node:assert/strict';

const factor = 8;
/** Work that is quadratic takes 64 times as long. */
const most = 3 * factor;
/** Milliseconds below which nothing is told from noise. */
const noise = 40;

/** Requires that a run of `8 * size` takes no more than 24 times as long as one of `size`. */
export function assertLinear(size: number, run: (size: number) => unknown): void {
  run(size);
  const small = leastOf(() => run(size));
  const large = leastOf(() => run(factor * size));
  const bound = most * Math.max(small, noise / most);
  assert.ok(large <= Math.max(bound, noise), `${small} ms for ${size}, ${large} ms for ${factor * size}`);
}

function leastOf(run: () => unknown): number {
  const times = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    run();
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}
