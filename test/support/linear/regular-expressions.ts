/**
 * Whether a backtracking engine takes linear time for a regular expression, whatever the text. An engine tries every way through the
 * expression, from every start: the time is bounded by a constant for each character unless one text can be gone through in a number of
 * ways that grows with it. That is decided on the graph of ways (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991):
 * exponential where one state returns to itself in two ways on one text, polynomial where on one text a state returns to itself, leads to a
 * second one, and that returns to itself.
 */
import { NotAnalysable, type Paths, pathsOf, reachable } from './paths.ts';

/** Why the time is not linear, with characters that repeat to make it so; undefined where it is. */
export function superLinear(source: string, flags: string): string | undefined {
  // Without a repetition that has no end there is nothing to repeat.
  if (!/[*+]|,\}/.test(source)) return undefined;
  try {
    const paths = pathsOf(source, flags);
    return ambiguity(paths);
  } catch (reason) {
    if (reason instanceof NotAnalysable) return reason.message;
    throw reason;
  }
}

function ambiguity({ atoms, edges }: Paths): string | undefined {
  const reach = edges.map((_, state) => reachable(state, (from) => edges[from]!.keys()));
  const cyclic = [...edges.keys()].filter((state) => reach[state]!.has(state));
  const together = (a: number, b: number) => reach[a]!.has(b) && reach[b]!.has(a);
  for (const state of cyclic) {
    for (const [to, ways] of edges[state]!) {
      if (ways > 1 && together(state, to)) return 'exponential';
    }
  }
  // What holds for one state of a component holds for all: each is reached from the others, and leads to them.
  const others = new Set<number>();
  for (const first of cyclic) {
    if (others.has(first)) continue;
    if (returnsInTwoWays(first, atoms, edges, together)) return 'exponential';
    for (const state of reach[first]!) if (together(state, first)) others.add(state);
  }
  for (const first of cyclic) {
    for (const second of cyclic) {
      if (atoms[first] !== atoms[second] || !reach[first]!.has(second) || together(first, second)) continue;
      if (competes(first, second, { atoms, edges }, reach)) return 'polynomial';
    }
  }
  return undefined;
}

function returnsInTwoWays(
  state: number,
  atoms: readonly number[],
  edges: Paths['edges'],
  together: (a: number, b: number) => boolean,
): boolean {
  const size = atoms.length;
  const next = function* (pair: number) {
    const [a, b] = [Math.floor(pair / size), pair % size];
    for (const left of edges[a]!.keys()) {
      if (!together(left, state)) continue;
      for (const right of edges[b]!.keys()) {
        if (atoms[left] === atoms[right] && together(right, state)) yield left * size + right;
      }
    }
  };
  const start = state * size + state;
  const apart = [...reachable(start, next)].filter((pair) => Math.floor(pair / size) !== pair % size);
  const seen = new Set<number>();
  for (const pair of apart) {
    if (seen.has(pair)) continue;
    const onward = reachable(pair, next);
    if (onward.has(start)) return true;
    for (const each of onward) seen.add(each);
  }
  return false;
}

/** Whether one text leads from the first state to itself, from the first to the second, and from the second to itself. */
function competes(
  first: number,
  second: number,
  { atoms, edges }: Paths,
  reach: readonly Set<number>[],
): boolean {
  const size = atoms.length;
  const within = (state: number, cycle: number) => reach[cycle]!.has(state) && reach[state]!.has(cycle);
  const next = function* (triple: number) {
    const [a, b, c] = [Math.floor(triple / size / size), Math.floor(triple / size) % size, triple % size];
    for (const left of edges[a]!.keys()) {
      if (!within(left, first)) continue;
      for (const middle of edges[b]!.keys()) {
        if (atoms[middle] !== atoms[left] || !(middle === second || reach[middle]!.has(second))) continue;
        for (const right of edges[c]!.keys()) {
          if (atoms[right] === atoms[left] && within(right, second))
            yield (left * size + middle) * size + right;
        }
      }
    }
  };
  return reachable((first * size + first) * size + second, next).has((first * size + second) * size + second);
}
