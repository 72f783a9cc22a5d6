/** The id of production's record over a large package; the target is 100 ms for 20,000 files. */
import { treePaths } from '../src/emit/sbom/production/tree-paths.ts';

const files = 20_000;

/** Processor time: this is one thread without waiting, and other work of the machine does not count. */
export function benchProductionId(report: (line: string) => void, rounds: number): void {
  const paths = Array.from(
    { length: files },
    (_, index) => `usr/lib/python3.12/site-packages/package-${index % 97}/module-${index}.py`,
  );
  const times = Array.from({ length: rounds + 1 }, () => {
    const before = process.cpuUsage();
    treePaths(paths);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  const [first, ...later] = times.map((time) => time.toFixed(0));
  report(`id over ${files} files, first: ${first} ms, then: ${later.join(' ')} ms`);
}
