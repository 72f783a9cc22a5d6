/** What a newcomer meets: the package, and the way to the first verdict. One file, since both begin with what `npm pack` makes, which takes seconds. */
import './package.ts';
import './first-verdict.ts';
