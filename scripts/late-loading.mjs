/**
 * Loads what a chunk needs when it is needed: `const x = require("y")` at the top of a chunk becomes a function that loads once, and each `x.name` becomes
 * `x().name`. The chunks of a short call are then those of which it uses something, and not all that any of its modules could use.
 */
import { parseAst } from 'rolldown/parseAst';

/** @typedef {any} Node a node of the syntax tree (ESTree) */
/** @typedef {{ start: number, end: number, constructed: boolean }} Use */
/** @typedef {{ declaration: Node, from: string, uses: Use[], isWhole: boolean }} Loaded */

/** @param {string} code a chunk in CommonJS, as rolldown writes it */
export function loadLate(code) {
  /** @type {Node[]} */
  const body = parseAst(code, { sourceType: 'commonjs' }).body;
  const loaded = new Map(body.flatMap(loadedBy));
  for (const statement of body) findUses(statement, loaded);
  const edits = [...loaded].flatMap(([name, each]) => (each.isWhole ? [] : editsOf(name, each)));
  edits.sort(([a], [b]) => a - b);
  let at = 0;
  const pieces = edits.map(([start, end, text]) => {
    const before = code.slice(at, start);
    at = end;
    return before + text;
  });
  return pieces.join('') + code.slice(at);
}

/**
 * @param {Node} declaration
 * @returns {[string, Loaded][]}
 */
function loadedBy(declaration) {
  if (declaration.type !== 'VariableDeclaration' || declaration.declarations.length !== 1) return [];
  const [{ id, init }] = declaration.declarations;
  const isRequire = init?.type === 'CallExpression' && init.callee.name === 'require';
  const from = isRequire ? init.arguments[0]?.value : undefined;
  if (id.type !== 'Identifier' || typeof from !== 'string') return [];
  return [[id.name, { declaration, from, uses: [], isWhole: false }]];
}

/**
 * Collects where members of what is loaded are used. What is used in any other way, such as handed on as a whole, is loaded at once as before.
 * @param {Node} node
 * @param {ReadonlyMap<string, Loaded>} loaded
 * @param {boolean} isConstructed whether the node is in the name of a class after `new`
 */
function findUses(node, loaded, isConstructed = false) {
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type !== 'string' || isPlainName(node, key)) continue;
      const constructed =
        node.type === 'NewExpression' ? key === 'callee' : isConstructed && key === 'object';
      const found = child.type === 'Identifier' ? loaded.get(child.name) : undefined;
      if (found === undefined) findUses(child, loaded, constructed);
      else if (node.type === 'MemberExpression')
        found.uses.push({ start: child.start, end: child.end, constructed });
      else if (found.declaration.declarations[0] !== node || key !== 'id') found.isWhole = true;
    }
  }
}

/**
 * Whether an identifier there is the name of a member and no reference.
 * @param {Node} node
 * @param {string} key
 */
function isPlainName({ type, computed, shorthand }, key) {
  if (computed) return false;
  if (type === 'MemberExpression') return key === 'property';
  return key === 'key' && ['Property', 'MethodDefinition', 'PropertyDefinition'].includes(type) && !shorthand;
}

/**
 * @param {string} name
 * @param {Loaded} loaded
 * @returns {[number, number, string][]}
 */
function editsOf(name, { declaration: { start, end }, from, uses }) {
  const load = `let ${name}$once;\nconst ${name} = () => ${name}$once ??= require(${JSON.stringify(from)});`;
  return [
    [start, end, load],
    ...uses.map((use) => {
      /** @type {[number, number, string]} */
      const edit = [use.start, use.end, use.constructed ? `(${name}())` : `${name}()`];
      return edit;
    }),
  ];
}
