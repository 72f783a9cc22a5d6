/**
 * What a backtracking engine may try while it matches a regular expression, as a graph: a state is an occurrence of a character class
 * that has just taken a character of some kind (an atom of the alphabet that the expression tells apart), an edge is one way to the next.
 * Every start position is among the ways. Assertions of one character are exact; a longer one is a branch that leads nowhere.
 */
import { CharSet, JS, type Node, type NoParent } from 'refa';

type Concatenation = NoParent<Node> & { type: 'Concatenation' };

export interface Paths {
  /** The atom that each state has taken. */
  readonly atoms: readonly number[];
  /** By state: where it leads, and in how many ways (2 stands for more). */
  readonly edges: readonly ReadonlyMap<number, number>[];
}

/** A condition on one neighbouring character: the characters that meet it, and whether the border of the text does. */
interface Guard {
  readonly kind: 'ahead' | 'behind';
  readonly set: CharSet;
  readonly border: boolean;
}

type Step =
  | { readonly kind: 'empty'; readonly to: number }
  | { readonly kind: 'guard'; readonly to: number; readonly guard: Guard }
  | { readonly kind: 'character'; readonly to: number; readonly set: CharSet };

/** Copies that stand for a repetition that must be, and for one that may be: two already compete where more would. */
const copies = { required: 16, optional: 2 };

export class NotAnalysable extends Error {}

export function pathsOf(source: string, flags: string): Paths {
  const parser = JS.Parser.fromLiteral({ source, flags });
  const { expression, maxCharacter } = parser.parse({
    maxBackreferenceWords: 0,
    backreferences: 'unknown',
    simplify: false,
  });
  const machine = new Machine(CharSet.all(maxCharacter));
  const start = machine.node();
  if (!flags.includes('y')) machine.character(start, start, machine.all);
  const accept = machine.alternatives(expression.alternatives as Concatenation[], start);
  return machine.paths(start, accept);
}

class Machine {
  readonly all: CharSet;
  readonly #steps: Step[][] = [];

  constructor(all: CharSet) {
    this.all = all;
  }

  node(): number {
    return this.#steps.push([]) - 1;
  }

  character(from: number, to: number, set: CharSet): void {
    this.#steps[from]!.push({ kind: 'character', to, set });
  }

  #empty(from: number, to: number): void {
    this.#steps[from]!.push({ kind: 'empty', to });
  }

  /** Builds alternatives behind a node; returns the node behind them. */
  alternatives(alternatives: readonly Concatenation[], from: number): number {
    const end = this.node();
    for (const { elements } of alternatives) {
      // A node of its own, so that a loop around the alternatives does not lead into the middle of one.
      let at = this.node();
      this.#empty(from, at);
      for (const element of elements) at = this.#element(element, at);
      this.#empty(at, end);
    }
    return end;
  }

  #element(element: Concatenation['elements'][number], from: number): number {
    switch (element.type) {
      case 'CharacterClass': {
        const to = this.node();
        this.character(from, to, element.characters);
        return to;
      }
      case 'Alternation':
        return this.alternatives(element.alternatives as Concatenation[], from);
      case 'Quantifier':
        return this.#quantifier(element, from);
      case 'Assertion':
        return this.#assertion(element, from);
      default:
        throw new NotAnalysable('a back reference');
    }
  }

  #quantifier(
    { alternatives, min, max }: { alternatives: unknown; min: number; max: number },
    from: number,
  ): number {
    const build = (at: number) => this.alternatives(alternatives as Concatenation[], at);
    let at = from;
    for (let count = 0; count < Math.min(min, copies.required); count++) at = build(at);
    const end = this.node();
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.node();
      this.#empty(at, loop);
      this.#empty(build(loop), loop);
      this.#empty(loop, end);
      return end;
    }
    for (let count = 0; count < Math.min(max - min, copies.optional); count++) {
      this.#empty(at, end);
      at = build(at);
    }
    this.#empty(at, end);
    return end;
  }

  #assertion(
    { kind, negate, alternatives }: { kind: 'ahead' | 'behind'; negate: boolean; alternatives: unknown },
    from: number,
  ): number {
    const branches = alternatives as Concatenation[];
    const to = this.node();
    const set = oneCharacter(branches, this.all);
    if (set !== undefined) {
      const guard = { kind, set: negate ? set.negate() : set, border: negate };
      this.#steps[from]!.push({ kind: 'guard', to, guard });
      return to;
    }
    if (kind === 'ahead') this.alternatives(branches, from);
    else if (isUnbounded(branches)) throw new NotAnalysable('an unbounded look behind');
    this.#empty(from, to);
    return to;
  }

  paths(start: number, accept: number): Paths {
    const characters = this.#steps.flat().filter((step) => step.kind === 'character');
    const positions = new Map(characters.map((step, index) => [step, index]));
    const alphabet = atomsOf(
      this.all,
      this.#steps
        .flat()
        .flatMap((step) => ('set' in step ? [step.set] : 'guard' in step ? [step.guard.set] : [])),
    );
    const ids = new Map<number, number>();
    const [atoms, edges, accepting]: [number[], Map<number, number>[], boolean[]] = [[], [], []];
    const pending: { id: number; node: number; previous: number }[] = [];
    const state = (position: number, atom: number, node: number) => {
      const key = position * alphabet.length + atom;
      const known = ids.get(key);
      if (known !== undefined) return known;
      const id = atoms.push(atom) - 1;
      ids.set(key, id);
      edges.push(new Map());
      accepting.push(false);
      pending.push({ id, node, previous: atom });
      return id;
    };
    // The empty beginning: a state that no character led to.
    atoms.push(-1);
    edges.push(new Map());
    accepting.push(false);
    pending.push({ id: 0, node: start, previous: -1 });
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { id, node, previous } = next;
      const out = edges[id]!;
      this.#walk(node, (step, guards) => {
        if (step === undefined) return;
        const behind = guards.filter(({ kind }) => kind === 'behind');
        const met = behind.every(({ set, border }) => (previous < 0 ? border : set.has(alphabet[previous]!)));
        if (!met) return;
        const ahead = guards.filter(({ kind }) => kind === 'ahead');
        for (const [atom, character] of alphabet.entries()) {
          if (!step.set.has(character) || !ahead.every(({ set }) => set.has(character))) continue;
          const to = state(positions.get(step)!, atom, step.to);
          out.set(to, Math.min(2, (out.get(to) ?? 0) + 1));
        }
      });
      accepting[id] = this.#ends(node, accept);
    }
    return withoutSuccess({ atoms, edges }, accepting);
  }

  /** Every way from a node to its next characters, with the conditions on it. */
  #walk(
    node: number,
    found: (step: (Step & { kind: 'character' }) | undefined, guards: readonly Guard[]) => void,
    guards: readonly Guard[] = [],
    passed: ReadonlySet<number> = new Set(),
  ): void {
    if (passed.has(node)) return;
    for (const step of this.#steps[node]!) {
      if (step.kind === 'character') found(step, guards);
      else
        this.#walk(
          step.to,
          found,
          step.kind === 'guard' ? [...guards, step.guard] : guards,
          new Set([...passed, node]),
        );
    }
  }

  /** Whether the end is reached whatever comes next. */
  #ends(node: number, accept: number, passed = new Set<number>()): boolean {
    if (node === accept) return true;
    if (passed.has(node)) return false;
    passed.add(node);
    return this.#steps[node]!.some((step) => step.kind === 'empty' && this.#ends(step.to, accept, passed));
  }
}

/** One character of each set of characters that no class of the expression tells apart. */
function atomsOf(all: CharSet, sets: readonly CharSet[]): number[] {
  const borders = new Set([0]);
  for (const { ranges } of sets) {
    for (const { min, max } of ranges) {
      borders.add(min);
      if (max < all.maximum) borders.add(max + 1);
    }
  }
  const byMembership = new Map<string, number>();
  const distinct = [...new Set(sets)];
  for (const border of borders) {
    const key = distinct.map((set) => (set.has(border) ? '1' : '0')).join('');
    if (!byMembership.has(key)) byMembership.set(key, border);
  }
  return [...byMembership.values()];
}

function oneCharacter(alternatives: readonly Concatenation[], all: CharSet): CharSet | undefined {
  let set = all.without(all);
  for (const { elements } of alternatives) {
    const [only] = elements;
    if (elements.length !== 1 || only?.type !== 'CharacterClass') return undefined;
    set = set.union(only.characters);
  }
  return set;
}

function isUnbounded(alternatives: readonly Concatenation[]): boolean {
  return JSON.stringify(alternatives, (key, value) =>
    key === 'parent' ? undefined : value === Number.POSITIVE_INFINITY ? 'infinite' : value,
  ).includes('"max":"infinite"');
}

/**
 * Takes away the states from which the match succeeds after all, at the cost of what it takes: those that may end here, and from which
 * nothing of unbounded length is tried in vain. What remains is what an engine can go through without a result.
 */
function withoutSuccess({ atoms, edges }: Paths, accepting: readonly boolean[]): Paths {
  const idle = cyclicOutside(edges, accepting);
  const gone = accepting.map((ends, state) => ends && !idle[state]);
  return {
    atoms,
    edges: edges.map((out, state) =>
      gone[state] ? new Map() : new Map([...out].filter(([to]) => gone[to] !== true)),
    ),
  };
}

/** By state: whether a cycle through states that do not accept can be reached from it. */
function cyclicOutside(
  edges: readonly ReadonlyMap<number, number>[],
  accepting: readonly boolean[],
): boolean[] {
  const onCycle = new Set<number>();
  for (const [state] of edges.entries()) {
    if (
      !accepting[state] &&
      reachable(state, (from) => [...edges[from]!.keys()].filter((to) => !accepting[to])).has(state)
    )
      onCycle.add(state);
  }
  return edges.map((_, state) => {
    const seen = reachable(state, (from) => edges[from]!.keys());
    return [...onCycle].some((each) => seen.has(each));
  });
}

/** What can be reached by one edge or more. */
export function reachable(from: number, next: (state: number) => Iterable<number>): Set<number> {
  const seen = new Set<number>();
  const pending = [from];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const to of next(at)) {
      if (seen.has(to)) continue;
      seen.add(to);
      pending.push(to);
    }
  }
  return seen;
}
