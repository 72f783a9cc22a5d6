/** The options of a call: what was typed, and what the environment and the file of settings say of the rest. */
import type { Command } from './commander.ts';
import { findConfig, namedConfig } from './find-config.ts';
import { withoutNegated } from './negations.ts';
import type { RawOptions } from './raw-options.ts';

/** The options that hold for a command. Fails with `usage` where a setting cannot be meant, with its place. */
export async function rawOptions(command: Command): Promise<RawOptions> {
  const typed = command.optsWithGlobals<RawOptions & { readonly config?: string }>();
  const file = findConfig(namedConfig(typed.config));
  const variables = Object.keys(process.env).some((name) => name.startsWith('WOLFI_REPRO_'));
  if (file === undefined && !variables) return withoutNegated(typed);
  const { withSettings } = await import('./settings.ts');
  return withoutNegated(withSettings(command, typed, file));
}
