/** The repositories that this program knows by itself: an address, and the digest of the key that vouches for it. */

export interface KnownRepository {
  readonly location: string;
  readonly keyName: string;
  readonly keyLocation: string;
  readonly keySha256: string;
  /** Addresses that recipes record for the same packages. */
  readonly recordedAs: readonly string[];
  /** Days within which there is always a new build, unless somebody withholds newer indexes. */
  readonly mostIndexDays: number;
}

export const wolfi: KnownRepository = {
  location: 'https://packages.wolfi.dev/os',
  keyName: 'wolfi-signing.rsa.pub',
  keyLocation: 'https://packages.wolfi.dev/os/wolfi-signing.rsa.pub',
  keySha256: 'f0031424cf46f7db780ce63a45f0fd6aa6f85f601e6bb3b7a91fe3d4d5b7d2cc',
  recordedAs: ['https://packages.wolfi.dev/os', 'https://apk.cgr.dev/chainguard'],
  // 29,824 commits of recipes from February to August of 2026, some 150 a day.
  mostIndexDays: 7,
};
