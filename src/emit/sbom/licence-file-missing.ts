import { Failure } from '../../failure.ts';

/** A recipe names a licence file that the workspace does not have: no step made it, and none lay beside the recipe. */
export class LicenceFileMissing extends Failure {
  readonly path: string;

  constructor(path: string) {
    super('output-missing', 'the workspace lacks a licence file', { expected: path });
    this.path = path;
  }
}
