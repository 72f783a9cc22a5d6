/** The version of this program, as the command line knows it. */
export { ownTool, version } from '../library/own-tool.ts';
