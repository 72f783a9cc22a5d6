/** The schemas of saved results (docs/schema/result-1.json), by which each value says what it is. */

/** A whole run. */
export const runSchema = 'wolfi-repro/result/1';
/** JSON lines: the first, one for each package, the last. */
export const runsSchema = 'wolfi-repro/runs/1';
export const packageSchema = 'wolfi-repro/package/1';
export const endSchema = 'wolfi-repro/end/1';

/** Two packages, two folders or files, and several of both (docs/schema/comparison-1.json and its neighbours). */
export const comparisonSchema = 'wolfi-repro/comparison/1';
export const treeComparisonSchema = 'wolfi-repro/tree-comparison/1';
export const comparisonsSchema = 'wolfi-repro/comparisons/1';
