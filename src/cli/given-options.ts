/** The options of a call: what was typed, and what the environment and the file of settings say of the rest. */
import type { Command } from './commander.ts';
import { findConfig, hasSettings, namedConfig } from './find-config.ts';
import { withoutNegated } from './negations.ts';
import type { RawOptions } from './raw-options.ts';

/** The options that hold for a command. Fails with `usage` where a setting cannot be meant, with its place. */
export async function rawOptions(command: Command): Promise<RawOptions> {
  const typed = command.optsWithGlobals<RawOptions & { readonly config?: string }>();
  if (!hasSettings(typed.config)) return withoutNegated(typed);
  const { withSettings } = await import('./settings.ts');
  return withoutNegated(withSettings(command, typed, findConfig(namedConfig(typed.config))));
}
