/** The step between the text of a recipe and its types: YAML as yaml.v3 writes it, without comments or tags. */

export type Node = Scalar | Sequence | Mapping;

export interface Scalar {
  readonly kind: 'scalar';
  /** Lossless (src/bytes.ts): text that YAML carries as `!!binary` is decoded. */
  readonly text: string;
  /** Whether the text stands for what it looks like (`7`, `true`, `~`); where not, it is just text. */
  readonly plain: boolean;
}

export interface Sequence {
  readonly kind: 'sequence';
  readonly items: readonly Node[];
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: readonly (readonly [key: string, value: Node])[];
}

/** A place in a text, both from 1; columns are characters of UTF-16. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Why a document is refused, and where. */
export interface YamlFault {
  readonly kind: 'fault';
  readonly problem: string;
  readonly at: TextPlace;
}

/** A node of a document that people write, which knows its place. */
export type LocatedNode = LocatedScalar | LocatedSequence | LocatedMapping;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: TextPlace;
  /** As it is written, or what quotes hold. */
  readonly text: string;
  /** What the core schema of YAML 1.2 makes of it. */
  readonly value: string | number | boolean | null;
}

export interface LocatedSequence {
  readonly kind: 'sequence';
  readonly at: TextPlace;
  readonly items: readonly LocatedNode[];
}

export interface LocatedMapping {
  readonly kind: 'mapping';
  readonly at: TextPlace;
  readonly entries: readonly LocatedEntry[];
}

export interface LocatedEntry {
  readonly key: string;
  /** The place of the key. */
  readonly at: TextPlace;
  readonly value: LocatedNode;
}
