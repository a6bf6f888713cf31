/** The files in src/ that an action.yml starts; each becomes `dist/<door>/index.js`. */
export const doors = ['main', 'backup', 'watch', 'guard', 'report'] as const;
