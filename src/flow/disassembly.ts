/** The instructions of functions that differ, shown line by line where the user named a disassembler. No verdict and no cause depends on them. */
import { join } from 'node:path';
import { compareContent } from '../compare/comparators/comparators.ts';
import { type CompareLimits, defaultCompareLimits } from '../compare/compare-limits.ts';
import type { Difference } from '../compare/difference.ts';
import type { MachineCode, Part } from '../compare/part.ts';
import type { Machine } from '../engine/engine.ts';
import { disassemble } from '../engine/objdump.ts';
import { makeRunDirectory, removeTree } from '../execute/run-directory.ts';
import { Failure } from '../failure.ts';
import type { Judged } from './candidate.ts';

export interface Disassembler {
  /** Path of an objdump. */
  readonly program: string;
  readonly machine: Pick<Machine, 'sandbox' | 'ids' | 'limits' | 'signal' | 'cache'>;
}

/** Bounds over one package pair, beside those of each section. */
const mostFunctions = 64;
const mostBytes = 512 * 1024;

type Listed = readonly { readonly differences: readonly Difference[] }[];

/**
 * The same lists with the instructions of functions in the place of their bytes. Where the program fails, or does not know the processor, the parts say so. Fails only where the run was
 * cancelled.
 */
export async function withInstructions<L extends Listed[number]>(
  lists: readonly L[],
  disassembler: Disassembler,
  limits: CompareLimits = defaultCompareLimits,
): Promise<readonly L[]> {
  const functions = functionsIn(lists);
  if (functions.length === 0) return lists;
  const shown = await shownParts(functions, disassembler, limits);
  return lists.map((list) => ({
    ...list,
    differences: list.differences.map((each) =>
      each.parts === undefined ? each : { ...each, parts: each.parts.map((part) => replaced(part, shown)) },
    ),
  }));
}

/** Judged packages with instructions in what they show. */
export async function withDisassembly(
  judged: readonly Judged[],
  program: string,
): Promise<readonly Judged[]> {
  return Promise.all(
    judged.map(async (each) => {
      const { verdict } = each.result;
      if (!('comparison' in verdict) || verdict.comparison === undefined) return each;
      const { machine } = each.candidate.run;
      const sections = await withInstructions(verdict.comparison.sections, { program, machine });
      const comparison = { ...verdict.comparison, sections };
      return { ...each, result: { ...each.result, verdict: { ...verdict, comparison } } };
    }),
  );
}

/** A part that is a function, with its code. */
interface FunctionPart {
  readonly part: Part;
  readonly code: MachineCode;
}

function functionsIn(lists: Listed): FunctionPart[] {
  const found: FunctionPart[] = [];
  let bytes = 0;
  const visit = (part: Part): void => {
    if (part.meaning?.kind === 'function') {
      const { code } = part.meaning;
      bytes += code.published.length + code.rebuilt.length;
      if (found.length < mostFunctions && bytes <= mostBytes) found.push({ part, code });
    }
    part.children?.forEach(visit);
  };
  for (const { differences } of lists) for (const { parts } of differences) parts?.forEach(visit);
  return found;
}

/** What is shown inside each function. */
async function shownParts(
  functions: readonly FunctionPart[],
  { program, machine }: Disassembler,
  limits: CompareLimits,
): Promise<ReadonlyMap<Part, Part>> {
  const directory = await makeRunDirectory(join(machine.cache, 'runs'));
  try {
    const instructions = functions.flatMap(({ code: { published, rebuilt, ...of } }) => [
      { ...of, bytes: published },
      { ...of, bytes: rebuilt },
    ]);
    const lines = await disassemble(instructions, {
      program,
      directory: join(directory, 'objdump'),
      machine,
    });
    const shown = functions.map(async ({ part }, at) => {
      const sides = [lines[at * 2], lines[at * 2 + 1]] as const;
      return [part, await withLines(part, sides, limits)] as const;
    });
    return new Map(await Promise.all(shown));
  } catch (failure) {
    machine.signal.throwIfAborted();
    if (!(failure instanceof Failure)) throw failure;
    const note = `not disassembled: ${failure.message}`;
    return new Map(functions.map(({ part }) => [part, { ...part, note }]));
  } finally {
    await removeTree(directory, machine.ids);
  }
}

async function withLines(
  part: Part,
  [published, rebuilt]: readonly [readonly string[] | undefined, readonly string[] | undefined],
  limits: CompareLimits,
): Promise<Part> {
  if (published === undefined || rebuilt === undefined)
    return { ...part, note: 'not disassembled: the program gives no instructions for this processor' };
  const [left, right] = [published, rebuilt].map((lines) => Buffer.from(`${lines.join('\n')}\n`));
  const parts = await compareContent('instructions.txt', left!, right!, limits);
  // Two encodings of the same instruction: only the bytes show it.
  if (parts.length === 0) return { ...part, note: 'the instructions are the same, differently encoded' };
  return { ...part, children: parts, note: 'instructions; jumps count from the beginning of the function' };
}

function replaced(part: Part, shown: ReadonlyMap<Part, Part>): Part {
  const own = shown.get(part);
  if (own !== undefined) return own;
  return part.children === undefined
    ? part
    : { ...part, children: part.children.map((child) => replaced(child, shown)) };
}
