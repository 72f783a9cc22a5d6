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
