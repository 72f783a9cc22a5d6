/** A layout (in-toto specification 0.9, §4.3) with which in-toto's own programs decide whether enough rebuilders have the same bytes. */

import type { AttestationKey } from '../keys/attestation-key.ts';
import { classicKey, classicKeyIds } from '../keys/classic-key.ts';
import { stepName } from './rebuild-link.ts';
import type { StatementSubject } from './statement-subject.ts';
import { timeText } from './verdict-statement.ts';

export interface LayoutTerms {
  /** One for each rebuilder: in-toto counts keys. */
  readonly keys: readonly AttestationKey[];
  readonly require: number;
  /** Seconds since 1970. */
  readonly expires: number;
}

/**
 * The layout for one package. The rules of the inspection end with one that refuses: where the last is `ALLOW *`, a file that was changed is taken, since
 * `MATCH` leaves what does not match to the rules behind it.
 */
export function rebuildLayout({ fileName }: StatementSubject, { keys, require, expires }: LayoutTerms) {
  const listed = keys.map((key) => ({ key, keyid: classicKeyIds(key)[0]! }));
  const step = stepName(fileName);
  return {
    _type: 'layout',
    readme: `${require} of ${keys.length} rebuilders must have got the bytes of ${fileName}`,
    expires: timeText(expires),
    keys: Object.fromEntries(listed.map(({ key, keyid }) => [keyid, layoutKey(key, keyid)])),
    steps: [
      {
        _type: 'step',
        name: step,
        threshold: require,
        pubkeys: listed.map(({ keyid }) => keyid),
        expected_command: [],
        expected_materials: [['ALLOW', '*']],
        expected_products: [
          ['REQUIRE', fileName],
          ['ALLOW', fileName],
          ['DISALLOW', '*'],
        ],
      },
    ],
    inspect: [
      {
        _type: 'inspection',
        name: 'compare',
        run: ['true'],
        expected_materials: [
          ['REQUIRE', fileName],
          ['MATCH', fileName, 'WITH', 'PRODUCTS', 'FROM', step],
          ['DISALLOW', '*.apk'],
        ],
        expected_products: [
          ['MATCH', fileName, 'WITH', 'PRODUCTS', 'FROM', step],
          ['DISALLOW', '*.apk'],
        ],
      },
    ],
  };
}

/** A key in the dictionary of a layout: with its id, and, as in-toto asks for it, an empty private half. */
function layoutKey(key: AttestationKey, keyid: string) {
  const { keyval, ...described } = classicKey(key);
  return { ...described, keyid, keyval: { ...keyval, private: '' } };
}
