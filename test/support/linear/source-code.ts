/** What the program's own text says of costs: its regular expressions, and calls that cost more the longer a list is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { root } from '../lab.ts';

export interface Expression {
  /** Below `src/`, with the line. */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

export interface Call {
  readonly place: string;
  /** `.push`, `Math.max`, `join`: the last names of what is called. */
  readonly callee: string;
  readonly text: string;
  /** Whether it stands inside a function, so that it is made from what is known only then. */
  readonly inFunction: boolean;
}

export interface SourceCode {
  readonly literals: readonly Expression[];
  readonly constructed: readonly Call[];
  readonly spreads: readonly Call[];
  readonly calls: readonly Call[];
}

interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const src = join(root, 'src');

export function readSourceCode(): SourceCode {
  const code = { literals: [], constructed: [], spreads: [], calls: [] } as {
    literals: Expression[];
    constructed: Call[];
    spreads: Call[];
    calls: Call[];
  };
  for (const path of filesBelow(src)) {
    const text = readFileSync(path, 'utf8');
    const name = relative(src, path);
    const placeOf = ({ start }: Syntax) => `${name}:${text.slice(0, start).split('\n').length}`;
    walk(parseSync(path, text).program as unknown as Syntax, false, (node, inFunction) => {
      const regex = node['regex'] as { pattern: string; flags: string } | undefined;
      if (node.type === 'Literal' && regex !== undefined && regex !== null)
        code.literals.push({ place: placeOf(node), source: regex.pattern, flags: regex.flags });
      if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
      const call = {
        place: placeOf(node),
        callee: calleeOf(node['callee'] as Syntax),
        text: text.slice(node.start, node.end),
        inFunction,
      };
      code.calls.push(call);
      if (call.callee === 'RegExp') code.constructed.push(call);
      if ((node['arguments'] as Syntax[]).some(({ type }) => type === 'SpreadElement'))
        code.spreads.push(call);
    });
  }
  return code;
}

/** `name`, `object.name` where the object is a name, else `.name`. */
function calleeOf(callee: Syntax): string {
  if (callee.type === 'Identifier') return String(callee['name']);
  if (callee.type !== 'MemberExpression') return '';
  const object = callee['object'] as Syntax;
  const property = String((callee['property'] as Syntax)['name']);
  const owner = String(object['name'] ?? '');
  return object.type === 'Identifier' && /^[A-Z]/.test(owner) ? `${owner}.${property}` : `.${property}`;
}

function walk(node: Syntax, inFunction: boolean, visit: (node: Syntax, inFunction: boolean) => void): void {
  visit(node, inFunction);
  const inside =
    inFunction || /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof (child as Syntax).type === 'string')
        walk(child as Syntax, inside, visit);
    }
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** The regular expressions that modules put together while they are loaded. */
export async function expressionsMadeBy(files: readonly string[]): Promise<Expression[]> {
  const made: Expression[] = [];
  const Original = globalThis.RegExp;
  for (const file of files) {
    globalThis.RegExp = new Proxy(Original, {
      construct(target, given, self) {
        const expression: RegExp = Reflect.construct(target, given, self);
        made.push({ place: file, source: expression.source, flags: expression.flags });
        return expression;
      },
    });
    try {
      // With a query, so that it is loaded once more where a test has loaded it before.
      await import(`${join(root, '.build/src', file.replace(/\.ts$/, '.js'))}?recorded`);
    } finally {
      globalThis.RegExp = Original;
    }
  }
  return made;
}
