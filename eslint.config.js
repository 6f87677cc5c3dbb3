import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/**
 * The layer rule: which folders under src/ a folder may import from (besides itself).
 * Arrows point down only; what is not listed is refused. docs/architecture.md shows the picture.
 */
const shared = ['errors', 'trace', 'request', 'answer'];
const layers = {
  config: [],
  embedding: ['config'],
  bundle: ['embedding', 'routing', 'config'],
  routing: ['bundle', 'embedding', 'cache', 'privacy', 'learning'],
  learning: [],
  cache: ['embedding', 'privacy'],
  chat: ['routing', 'bundle', 'cache', 'dispatch', 'embedding', 'privacy'],
  dispatch: ['bundle', 'routing', 'config'],
  outcomes: ['bundle', 'privacy', 'routing'],
  privacy: [],
  report: ['bundle', 'routing'],
  telemetry: [],
  server: ['*'],
  cli: ['*'],
  gen: [],
};

const folders = Object.keys(layers);

/** @param {string} folder */
function layerRule(folder) {
  const allowed = layers[folder];
  if (allowed.includes('*')) return [];
  const denied = folders.filter((other) => other !== folder && !allowed.includes(other));
  return [
    {
      files: [`src/${folder}/**/*.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: denied.map((other) => `**/${other}/**`).concat(['**/compose.js', '**/main.js']),
                message: `src/${folder} may import only from: ${[...allowed, ...shared].join(', ')}.`,
              },
            ],
          },
        ],
      },
    },
  ];
}

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/gen/**', '.tap/**', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    plugins: { regexp },
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in src/config only.' },
      ],
      'no-console': 'error',
      // Prompts come from anyone and are read as a whole: a quadratic pattern would hold up the thread for minutes.
      'regexp/no-super-linear-backtracking': 'error',
      'regexp/no-super-linear-move': 'error',
    },
  },
  ...folders.flatMap(layerRule),
  { files: ['src/config/**', 'bench/**', 'test/**', 'examples/**'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['src/cli/**', 'src/main.ts', 'bench/**', 'examples/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
