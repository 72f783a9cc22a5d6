/** What a process that judges for a different one is told in its environment. */

/** Names the descriptor; without it the program watches nobody. */
export const watchedVariable = 'WOLFI_REPRO_WATCHED';
/** Exchanges with one host at once, of the process that is watched. */
export const perHostVariable = 'WOLFI_REPRO_PER_HOST';
export const watchedDescriptor = 3;
