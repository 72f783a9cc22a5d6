import { Failure } from '../../failure.ts';

/** The failure where a recipe names a licence file that the workspace does not have: no step made it, and it did not lie beside the recipe. */
export class LicenceFileMissing extends Failure {
  readonly path: string;

  constructor(path: string) {
    super('output-missing', 'the workspace lacks a licence file', { expected: path });
    this.path = path;
  }
}
