/** How much a text report says of each package. */
export const details = ['quiet', 'usual', 'verbose'] as const;

/** `quiet`: a line. `usual`: what several packages share is said once, and of many that are reproduced a line each. `verbose`: everything. */
export type Detail = (typeof details)[number];
