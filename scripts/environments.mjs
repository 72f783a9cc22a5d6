/** Makes the lab's build environments for both architectures. */
import { makeEnvironment } from './setup.mjs';

makeEnvironment();
makeEnvironment(undefined, 'aarch64');
