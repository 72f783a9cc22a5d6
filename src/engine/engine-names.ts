/** The engines that there are, apart from what loads them. */
export const engineNames = ['builtin', 'melange', 'both'] as const;

export type EngineName = (typeof engineNames)[number];
