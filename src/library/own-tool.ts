/** This program, as results name what made them. */
import { programVersion } from '../program-version.ts';
import type { Tool } from '../verdict/run-record.ts';

/** The version of this program. */
export const version: string = programVersion;

/** This program, as results name what made them. */
export const ownTool: Tool = { name: 'wolfi-repro', version };
