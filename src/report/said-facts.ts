/** What a text report has said already: a fact that several packages share is said in full of the first, and by its label of the others. */
import type { Fact } from './fact.ts';

/** The most facts that are kept; what comes later is said each time. */
const mostKept = 20_000;

/** Facts of one package, told apart by what was said of an earlier one. */
export interface Told {
  /** What is said in full. */
  readonly fresh: readonly Fact[];
  /** The labels of what was said above, each once. */
  readonly above: readonly string[];
  /** Whether anything of it weakens what is said of the package. */
  readonly isWeakening: boolean;
}

export class SaidFacts {
  readonly #said = new Set<string>();

  /** Tells the facts apart, and keeps those that are said now. */
  tell(facts: readonly Fact[]): Told {
    const labelled = withLabels(facts);
    const isSaid = labelled.map(({ label, fact }) => this.#said.has(keyOf(label, fact)));
    const above = labelled.filter((_, at) => isSaid[at]);
    const fresh = labelled.flatMap(({ label, fact }, at) =>
      isSaid[at] === true ? [] : [fact.label === '' && isSaid[at - 1] === true ? { ...fact, label } : fact],
    );
    for (const { label, fact } of labelled)
      if (this.#said.size < mostKept) this.#said.add(keyOf(label, fact));
    return {
      fresh,
      above: [...new Set(above.map(({ label }) => label))],
      isWeakening: above.some(({ fact }) => fact.tone === 'warn'),
    };
  }
}

/** Facts with the labels under which they stand: one without a label goes on with the one before. */
export function withLabels(facts: readonly Fact[]): { readonly label: string; readonly fact: Fact }[] {
  let last = '';
  return facts.map((fact) => {
    if (fact.label !== '') last = fact.label;
    return { label: last, fact };
  });
}

function keyOf(label: string, { value }: Fact): string {
  return `${label}\0${value}`;
}
