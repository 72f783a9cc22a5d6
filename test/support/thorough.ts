/** Whether all of what is alike is tested: `npm test` takes a regular sample of it, so that it stays within minutes. */
export const isThorough: boolean = process.env['WOLFI_REPRO_ALL'] !== undefined;

/** For `filter`: all, or each so-many-th. */
export function oneIn(many: number): (value: unknown, index: number) => boolean {
  return (_, index) => isThorough || index % many === 0;
}
