import { parseArgs } from 'node:util';

/** One option of a bench script. Every value is a string on the command line. */
export interface BenchOption {
  /** What it is, with its unit and default; shown by --help. */
  readonly help: string;
  readonly default?: string;
  /** Takes no value. */
  readonly isFlag?: boolean;
}

/** What a bench script was told. */
export interface BenchArguments {
  /** The value, or the option's default. @throws Error when neither is there */
  text(name: string): string;
  optional(name: string): string | undefined;
  /** @throws Error when it is not a number */
  number(name: string): number;
  flag(name: string): boolean;
  /** Folder of the data files. */
  readonly dataDirectory: string;
  /** Where the figures go as JSON. */
  readonly jsonFile: string | undefined;
  readonly seed: number;
}

const COMMON = {
  data: { help: 'folder of the data files', default: '../shared/data' },
  json: { help: 'file that gets the figures as one JSON object' },
  seed: { help: 'seed of everything random', default: '20260401' },
} satisfies Record<string, BenchOption>;

/**
 * Reads the command line of a bench script. `--data`, `--json`, `--seed` and `--help` are always there; a wrong
 * option ends the program with its message and code 2.
 */
export function readArguments(script: string, own: Readonly<Record<string, BenchOption>>): BenchArguments {
  const options: Readonly<Record<string, BenchOption>> = { ...own, ...COMMON };
  const values = parseOrExit(script, options);
  const optional = (name: string): string | undefined => {
    const value = values[name] ?? options[name]?.default;
    return typeof value === 'string' ? value : undefined;
  };
  const text = (name: string): string => {
    const value = optional(name);
    if (value === undefined) throw new Error(`--${name} is missing: ${options[name]?.help ?? 'unknown option'}`);
    return value;
  };
  const number = (name: string): number => {
    const value = Number(text(name));
    if (!Number.isFinite(value)) throw new Error(`--${name} is "${text(name)}", expected a number`);
    return value;
  };
  return {
    text,
    optional,
    number,
    flag: (name) => values[name] === true,
    dataDirectory: text('data'),
    jsonFile: optional('json'),
    seed: number('seed'),
  };
}

type ParsedValues = Readonly<Record<string, string | boolean | undefined>>;

function parseOrExit(script: string, options: Readonly<Record<string, BenchOption>>): ParsedValues {
  try {
    const all: Readonly<Record<string, BenchOption>> = { ...options, help: { help: '', isFlag: true } };
    const definitions = Object.entries(all).map(
      ([name, { isFlag = false }]) => [name, { type: isFlag ? ('boolean' as const) : ('string' as const) }] as const,
    );
    const { values } = parseArgs({ options: Object.fromEntries(definitions), allowPositionals: false });
    const parsed = values as ParsedValues;
    if (parsed['help'] !== true) return parsed;
    console.log(helpOf(script, options));
    process.exit(0);
  } catch (error) {
    console.error(`${script}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}

function helpOf(script: string, options: Readonly<Record<string, BenchOption>>): string {
  const lines = Object.entries(options).map(([name, { help, default: value }]) => {
    const shown = value === undefined || value === '' ? '' : ` (default ${value})`;
    return `  --${name.padEnd(14)} ${help}${shown}`;
  });
  return [`npm run ${script} -- [options]`, '', ...lines].join('\n');
}
