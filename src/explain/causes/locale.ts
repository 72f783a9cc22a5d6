/** Lines sorted by the rules of a language on one side, by their bytes on the other. */
import { compareBytes } from '../../bytes.ts';
import { type Detector, orderFinding } from './evidence.ts';

const leastLines = 3;

export const locale: Detector = {
  kind: 'locale',
  detect: ({ reorderings }) =>
    reorderings.flatMap((reordering) => {
      const { published, rebuilt } = reordering;
      if (published.length < leastLines || published.length !== rebuilt.length) return [];
      const sides = [orderOf(published), orderOf(rebuilt)];
      if (!sides.includes('bytes') || !sides.includes('language')) return [];
      return [
        orderFinding(reordering, 'likely', 'one side is sorted by bytes, the other as a language sorts'),
      ];
    }),
};

/** Made when first asked for: it reads the tables of a language, which takes longer than loading this program's other detectors. */
let collator: Intl.Collator | undefined;

function byLanguage(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { sensitivity: 'variant' });
  return collator.compare(a, b);
}

function orderOf(values: readonly string[]): 'bytes' | 'language' | undefined {
  const sorted = (compare: (a: string, b: string) => number) =>
    values.every((value, index) => index === 0 || compare(values[index - 1]!, value) <= 0);
  if (sorted(compareBytes)) return 'bytes';
  return sorted(byLanguage) || sorted((a, b) => byLanguage(bare(a), bare(b))) ? 'language' : undefined;
}

/** A text without punctuation, which the rules of languages compare last. */
function bare(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}
