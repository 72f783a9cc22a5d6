/** Which packages the lists of CI systems have: those that need a look. */
import { type PackageView, weakening } from './view.ts';

/** Whether a list of what to look at has a package: one that does not pass, or that passes on something that must be said. */
export function isWorthLooking({ verdict, pass, context }: PackageView): boolean {
  return passes({ verdict, pass }) ? weakening(context).length > 0 : true;
}

/** Whether a package is reproduced, or a policy or a baseline lets it pass. */
export function passes({ verdict, pass }: Pick<PackageView, 'verdict' | 'pass'>): boolean {
  return verdict === 'reproduced' || pass !== undefined;
}
