/**
 * Bounds for reading a package. Everything in it is attacker-controlled; a file beyond a bound is refused
 * with `limit-exceeded` before the memory or time is spent.
 */
export interface Limits {
  /** Bytes of the file itself. */
  readonly fileBytes: number;
  /** Inflated bytes of the signature section. */
  readonly signatureBytes: number;
  /** Inflated bytes of the control section; it is held in memory. */
  readonly controlBytes: number;
  /** Inflated bytes of the data section; it is streamed. */
  readonly dataBytes: number;
  /**
   * Inflated over compressed bytes, looked at once a section is beyond `ratioFloor` inflated bytes; those that `.PKGINFO` announces as
   * `size` are added. A package of zeros states how large it is, a bomb does not.
   */
  readonly ratio: number;
  readonly ratioFloor: number;
  /** Entries of one section. */
  readonly entries: number;
  /** Bytes of one path or link target. */
  readonly pathBytes: number;
  /** Bytes of one pax header. */
  readonly paxBytes: number;
  /** Bytes of all headers of one section; they are held in memory. */
  readonly headerBytes: number;
  /** Bytes of one data file that is kept in memory because it was asked for (the SBOM). */
  readonly keptBytes: number;
}

/** Limits for what this program made itself: the build, which has its own bounds, limits its size. */
export function withoutBounds({ keptBytes }: Limits): Limits {
  const none = Number.POSITIVE_INFINITY;
  return {
    fileBytes: none,
    signatureBytes: none,
    controlBytes: none,
    dataBytes: none,
    ratio: none,
    ratioFloor: none,
    entries: none,
    pathBytes: none,
    paxBytes: none,
    headerBytes: none,
    keptBytes,
  };
}

const mebibyte = 1024 * 1024;

export const defaultLimits: Limits = {
  fileBytes: 8 * 1024 * mebibyte,
  signatureBytes: mebibyte,
  controlBytes: 16 * mebibyte,
  dataBytes: 32 * 1024 * mebibyte,
  // Deflate reaches 1032; text and tables of real packages stay below 50.
  ratio: 200,
  ratioFloor: 64 * mebibyte,
  entries: 2_000_000,
  pathBytes: 4096,
  paxBytes: mebibyte,
  headerBytes: 512 * mebibyte,
  keptBytes: 64 * mebibyte,
};
