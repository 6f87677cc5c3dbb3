import type { Command } from 'commander';
import { runBundleCalibrate, type BundleCalibrateFlags } from './bundle-calibrate.js';
import { runBundleDiff, type BundleDiffFlags } from './bundle-diff.js';
import { runBundleEval, type BundleEvalFlags } from './bundle-eval.js';
import { runBundleLint, type BundleLintFlags } from './bundle-lint.js';
import type { Action, Output } from './output.js';

/** Adds `bundle lint`, `eval`, `calibrate` and `diff`. */
export function addBundleCommands(program: Command, output: Output, choose: (action: Action) => void): void {
  const bundle = program.command('bundle').description('Check and compare bundles: tasks, exemplars, models.');
  bundle
    .command('lint')
    .description('Check a bundle; exit 1 when it has errors.')
    .argument('[folder]', 'the bundle; the configured one without it')
    .option('-j, --json', 'print JSON')
    .option('-c, --config <file>', 'service config (YAML)')
    .option('--static', 'leave out what needs the embedder: near duplicates, shadowed and mislabelled exemplars')
    .action((folder: string | undefined, flags: BundleLintFlags) => choose(() => runBundleLint(folder, flags, output)));

  bundle
    .command('eval')
    .description('Measure a bundle on its own exemplars, out-of-fold; exit 1 below --min-accuracy.')
    .argument('[folder]', 'the bundle; the configured one without it')
    .option('--html <file>', 'write a self-contained report with plots')
    .option('--markdown <file>', 'write the report as Markdown')
    .option('--min-accuracy <share>', 'least accuracy, 0 to 1')
    .option('-j, --json', 'print JSON')
    .option('-c, --config <file>', 'service config (YAML)')
    .action((folder: string | undefined, flags: BundleEvalFlags) => choose(() => runBundleEval(folder, flags, output)));
  bundle
    .command('calibrate')
    .description(
      'Show what each risk of wrong routes would mean, and recommend one; exit 1 when nothing can be recommended.',
    )
    .argument('[folder]', 'the bundle; the configured one without it')
    .option(
      '-p, --prompts <file>',
      'measure on these: JSON lines with prompt or text, task, and system; else out-of-fold',
    )
    .option('-r, --risk <rate>', 'show this risk instead of recommending one')
    .option('--max-abstained <share>', 'most prompts that a recommended risk may abstain from, 0 to 1', '0.25')
    .option('-w, --write', 'write the risk into bundle.yaml')
    .option('--check', "exit 1 when the data do not show that the bundle's own risk holds")
    .option('-j, --json', 'print JSON')
    .option('-c, --config <file>', 'service config (YAML)')
    .action((folder: string | undefined, flags: BundleCalibrateFlags) =>
      choose(() => runBundleCalibrate(folder, flags, output)),
    );
  bundle
    .command('diff')
    .description('Route the same prompts by two bundles and show what changes; exit 1 above --max-changed.')
    .argument('<old>', 'the bundle as it was')
    .argument('<new>', 'the bundle as it would be')
    .requiredOption('-p, --prompts <file>', 'one prompt a line: text, or JSON with prompt or text, and system')
    .option('--max-changed <share>', 'most prompts that may change, 0 to 1')
    .option('-j, --json', 'print JSON')
    .option('-c, --config <file>', 'service config (YAML)')
    .action((before: string, after: string, flags: BundleDiffFlags) =>
      choose(() => runBundleDiff([before, after], flags, output)),
    );
}
