/**
 * A YAML document as yaml.v3 writes it with an indentation of 2: block style but for empty collections, lines of
 * any length. Source: gopkg.in/yaml.v3 v3.0.1, emitterc.go.
 */

import { escapeDoubleQuoted, isSimpleKey, type StyledScalar, styleOf } from './scalar-style.ts';
import type { Mapping, Node, Scalar } from './yaml-node.ts';

const indentation = 2;

/** The document's text, with a newline at its end; empty collections only below the top. */
export function renderYaml(document: Mapping): string {
  const output = new Output();
  renderMapping(document, 0, output);
  output.startLine(0);
  return output.text;
}

function renderNode(node: Node, indent: number, output: Output): void {
  if (node.kind === 'scalar') {
    renderScalar(node, indent, output);
  } else if (node.kind === 'sequence') {
    if (node.items.length === 0) output.token('[]');
    for (const item of node.items) {
      output.startLine(indent + indentation);
      output.indicator('-');
      renderNode(item, indent + indentation, output);
    }
  } else if (node.entries.length === 0) {
    output.token('{}');
  } else {
    renderMapping(node, indent + indentation, output);
  }
}

function renderMapping({ entries }: Mapping, indent: number, output: Output): void {
  for (const [key, value] of entries) {
    const styled = styleOf(key);
    output.startLine(indent);
    if (isSimpleKey(styled)) {
      renderStyled(styled, indent, output);
      output.append(':');
    } else {
      output.indicator('?');
      renderStyled(styled, indent, output);
      output.startLine(indent);
      output.indicator(':');
    }
    renderNode(value, indent, output);
  }
}

function renderScalar({ text, plain }: Scalar, indent: number, output: Output): void {
  if (plain) output.token(text);
  else renderStyled(styleOf(text), indent, output);
}

function renderStyled({ style, tag, text }: StyledScalar, indent: number, output: Output): void {
  if (tag !== '') output.token(tag);
  if (style === 'plain') {
    output.token(text);
  } else if (style === 'double-quoted') {
    output.token(`"${escapeDoubleQuoted(text)}"`);
  } else if (style === 'single-quoted') {
    output.token("'");
    output.lines(text.replaceAll("'", "''"), indent + indentation, false);
    output.append("'");
  } else {
    output.token(`|${blockHints(text)}`);
    output.lines(text, indent + indentation, true);
  }
}

/** The hints of a block: the indentation, where the first line would hide it, and the chomping. */
function blockHints(text: string): string {
  return (text.startsWith(' ') || isBreak(text.at(0)) ? String(indentation) : '') + chomping(text);
}

/** The chomping indicator: `-` for no final break, nothing for one, `+` for several or where the text is only a break. */
function chomping(text: string): '' | '+' | '-' {
  if (!isBreak(text.at(-1))) return '-';
  return text.length === 1 || isBreak(text.at(-2)) ? '+' : '';
}

/** Whether a character is a break that can be in a block; others are escaped. */
function isBreak(character: string | undefined): boolean {
  return character === '\n' || character === '\u2028' || character === '\u2029';
}

/**
 * The emitter's idea of where it is on the line. It matters in odd cases: a block that begins with a newline
 * loses it, because the emitter is then at the start of a line already; U+2028 starts a line without a newline.
 */
class Output {
  readonly #parts: string[] = [];
  #column = 0;
  /** Whether this line has only indentation and the indicators of a compact collection so far. */
  #atIndentation = true;
  #afterSpace = true;

  get text(): string {
    return this.#parts.join('');
  }

  /** Goes to a column; stays on this line if it has only indentation. */
  startLine(indent: number): void {
    const fresh =
      this.#atIndentation && (this.#column < indent || (this.#column === indent && this.#afterSpace));
    if (!fresh) this.#break('\n');
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column));
    this.#afterSpace = true;
  }

  /** Writes `-`, `?` or `:`, after which a collection may continue on the same line. */
  indicator(mark: string): void {
    if (!this.#afterSpace) this.#put(' ');
    this.#put(mark);
    this.#afterSpace = false;
  }

  token(text: string): void {
    this.indicator(text);
    this.#atIndentation = false;
  }

  append(text: string): void {
    this.#put(text);
    this.#afterSpace = false;
    this.#atIndentation = false;
  }

  /** Writes text whose line breaks are kept; each line is indented, the first one if it begins a line. */
  lines(text: string, indent: number, firstIsNew: boolean): void {
    let broken = firstIsNew;
    this.#afterSpace = true;
    for (const [part] of text.matchAll(/[\n\u2028\u2029]|[^\n\u2028\u2029]+/g)) {
      if (isBreak(part)) {
        this.#break(part);
        broken = true;
      } else {
        if (broken) this.startLine(indent);
        this.#put(part);
        this.#atIndentation = false;
        broken = false;
      }
    }
  }

  #break(character: string): void {
    this.#parts.push(character);
    this.#column = 0;
    this.#atIndentation = true;
  }

  #put(text: string): void {
    this.#parts.push(text);
    this.#column += text.length;
  }
}
