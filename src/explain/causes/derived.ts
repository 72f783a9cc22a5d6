/** Differences that follow from others; in a file apart from the detectors, which take long to load. */
import type { Difference } from '../../compare/difference.ts';
import { onceFor } from './once.ts';

/** Fields of `.PKGINFO` without information of their own: they follow from other differences, where there are any. */
const derived = new Set(['datahash', 'size']);

const counting: readonly Difference['kind'][] = [
  'content',
  'missing-entry',
  'extra-entry',
  'type',
  'link-target',
];

const inData = onceFor((all: readonly Difference[]) => {
  const data = all.filter(({ section }) => section === 'data');
  return { any: data.length > 0, counting: data.some(({ kind }) => counting.includes(kind)) };
});

/**
 * Whether a difference follows from others, so that it has no cause of its own: a field about the data section does where a relevant
 * entry of the section differs.
 */
export function isDerived({ section, kind, name }: Difference, all: readonly Difference[]): boolean {
  if (section !== 'control' || kind !== 'field' || !derived.has(name ?? '')) return false;
  const { any, counting } = inData(all);
  return name === 'datahash' ? any : counting;
}
