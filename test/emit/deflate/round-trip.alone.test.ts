import { it } from 'node:test';
import { assertInflatesAtRandom } from './round-trip.ts';

it('what any encoder writes for random input inflates to it', () => assertInflatesAtRandom(1000, 1));
