/**
 * The most disk space that a build of this process held, for whoever started it and learns from it what such builds need. It is measured only
 * while somebody asks, and no result depends on it.
 */
let asked = false;
let most = 0;

/** Begins to measure. Returns what reads the bytes so far. */
export function askHeldDisk(): () => number {
  asked = true;
  return () => most;
}

/** Whether what a build holds is worth measuring where nothing else needs it. */
export function isHeldDiskAsked(): boolean {
  return asked;
}

export function noteHeldDisk(bytes: number): void {
  if (bytes > most) most = bytes;
}
