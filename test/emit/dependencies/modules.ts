/** One made-up kernel module, `module`, compressed by the programs that each comment names. */

/** The text is in none of the compressed forms. */
export const module: Buffer = Buffer.from(
  `${'license=GPL\0author=nobody in particular\0description=made up\0depends=\0name=a\0retpoline=Y\0intree=Y\0'.repeat(3)}vermagic=6.12.1-wolfi SMP mod_unload \0`,
  'latin1',
);

/** `xz --check=crc32` */
export const xzModule: Buffer = Buffer.from(
  [
    'fd377a585a0000016922de360200210116000000742fe5a3e00148007e5d00361a488d4a700d45ac139b25e8a223e62f',
    '669be029877945889a7ac06bee965dea01282bed30012c366678b1a441eb7d975ad6f3acbbf5e02dc3587083cd76ad72',
    'd93b1e963ddd51f4f2bd6905f3bc6374978879c517f4d3dfb21da475be38868e4a02aaaad460c51e9a494787e7767fd5',
    'a1cadf66a396b1d67a83c64800000000e66e7cee00019601c9020000d17dcb3d3e300d8b020000000001595a',
  ].join(''),
  'hex',
);

/** `xz --check=sha256` */
export const xzSha256Module: Buffer = Buffer.from(
  [
    'fd377a585a00000ae1fb0ca10200210116000000742fe5a3e00148007e5d00361a488d4a700d45ac139b25e8a223e62f',
    '669be029877945889a7ac06bee965dea01282bed30012c366678b1a441eb7d975ad6f3acbbf5e02dc3587083cd76ad72',
    'd93b1e963ddd51f4f2bd6905f3bc6374978879c517f4d3dfb21da475be38868e4a02aaaad460c51e9a494787e7767fd5',
    'a1cadf66a396b1d67a83c64800000000532f53317d27a4569aeb49c9afec8bd6974dbe6c5a91340fc89dd72b4b524485',
    '0001b201c9020000f13af6a1b6e9df1c02000000000a595a',
  ].join(''),
  'hex',
);

/** `xz --x86 --lzma2` */
export const xzFilteredModule: Buffer = Buffer.from(
  [
    'fd377a585a000004e6d6b44602010400210116000d86351fe00148007e5d00361a488d4a700d45ac139b25e8a223e62f',
    '669be029877945889a7ac06bee965dea01282bed30012c366678b1a441eb7d975ad6f3acbbf5e02dc3587083cd76ad72',
    'd93b1e963ddd51f4f2bd6905f3bc6374978879c517f4d3dfb21da475be38868e4a02aaaad460c51e9a494787e7767fd5',
    'a1cadf66a396b1d67a83c64800000000fdfcacc14c6af60c00019a01c9020000aabd094ab1c467fb020000000004595a',
  ].join(''),
  'hex',
);

/** `zstd -19 --no-check` */
export const zstdModule: Buffer = Buffer.from(
  [
    '28b52ffd604900a5030032081a1870ad034047b58d542618614b18071a017876e41cffbf820caadabef3b9b47f0a3912',
    'd58d7b091082410888c5dad91739e228bd5559eced1e4a8eba8bdfba2ea839436e0aa7e2b66ff9b7841d19c44de3bac9',
    '5ac685ca5b4ded99f715ff9173d5408ac590336b1702003f321074b48a19',
  ].join(''),
  'hex',
);
