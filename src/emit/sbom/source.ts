import type { SbomFormat } from '../../melange/format.ts';
import { elementId } from './identifiers.ts';

export interface SourceContext {
  readonly format: SbomFormat;
  /** The package's licence expression, which git sources take over. */
  readonly licenseDeclared: string;
  readonly namespace: string;
}

/** A step's place in its list, which is the end of its element's id. */
export interface SourceStep {
  readonly inputs: ReadonlyMap<string, string>;
  readonly index: number;
}

/** The id of a source element: what tells it apart, then its place. */
export function sourceId(context: SourceContext, components: readonly string[], step: SourceStep): string {
  const prefix = context.format.sbom.componentIds ? ['Source'] : [];
  return elementId([...prefix, ...components, String(step.index)]);
}
