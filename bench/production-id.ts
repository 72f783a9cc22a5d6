/** The id of production's record over a large package; the target is 100 ms for 20,000 files. */
import { treePaths } from '../src/emit/sbom/production/paths.ts';

const files = 20_000;

export function benchProductionId(report: (line: string) => void): void {
  const paths = Array.from(
    { length: files },
    (_, index) => `usr/lib/python3.12/site-packages/package-${index % 97}/module-${index}.py`,
  );
  for (const what of ['first', 'again']) {
    const started = performance.now();
    treePaths(paths);
    report(`id over ${files} files, ${what}: ${Math.round(performance.now() - started)} ms`);
  }
}
