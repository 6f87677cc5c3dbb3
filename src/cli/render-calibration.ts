import type { RiskStep, TaskFigures } from '../report/calibrate-bundle.js';
import type { ChosenCalibration } from './bundle-calibrate.js';
import { formatPercent, renderTable, type Column } from './text-table.js';

/** The ladder of risks, the tasks at the chosen one, and what it is recommended for. */
export function renderCalibration(chosen: ChosenCalibration): string {
  const { calibration, chosenRisk } = chosen;
  const step = calibration.steps.find(({ risk }) => risk === chosenRisk);
  return [
    sourceOf(chosen),
    '',
    renderTable(ladderColumns(chosen), calibration.steps),
    '',
    ...(step === undefined ? [] : [...renderTasks(step), '']),
    adviceOf(chosen),
  ].join('\n');
}

function sourceOf({ bundle, calibration }: ChosenCalibration): string {
  const { promptCount, source } = calibration;
  return source === 'exemplars'
    ? `${bundle}: ${promptCount} exemplars, each predicted by a model that had not seen it`
    : `${bundle}: ${promptCount} prompts; the thresholds rest on the exemplars`;
}

const FIGURES: readonly Column<RiskStep | TaskFigures>[] = [
  { title: 'threshold', align: 'right', cell: ({ bound }) => bound.threshold.toFixed(3) },
  { title: 'abstained', align: 'right', cell: ({ abstainedShare }) => formatPercent(abstainedShare, 1) },
  { title: 'routed', align: 'right', cell: ({ bound }) => String(bound.routedCount) },
  { title: 'wrong', align: 'right', cell: ({ bound }) => String(bound.wrongCount) },
  {
    title: 'accuracy',
    align: 'right',
    cell: ({ accuracy }) => (Number.isNaN(accuracy) ? '–' : formatPercent(accuracy, 1)),
  },
  { title: 'wrong at most', align: 'right', cell: ({ bound }) => formatPercent(bound.upperBound, 1) },
];

function ladderColumns({ calibration, ownRisk, chosenRisk }: ChosenCalibration): readonly Column<RiskStep>[] {
  const marks = ({ risk }: RiskStep): string[] => [
    ...(risk === ownRisk ? ["the bundle's"] : []),
    ...(risk === chosenRisk ? [risk === calibration.recommendedRisk ? 'recommended' : 'chosen'] : []),
  ];
  return [
    { title: 'risk', align: 'right', cell: ({ risk }) => String(risk) },
    ...FIGURES,
    { title: 'verdict', cell: ({ isSupported, verdict }) => (isSupported ? verdict : 'out of reach') },
    { title: '', cell: (step) => marks(step).join(', ') },
  ];
}

function renderTasks({ risk, tasks }: RiskStep): string[] {
  const told = tasks.filter(({ isEnough }) => isEnough);
  const others = tasks.filter(({ isEnough }) => !isEnough);
  const columns: readonly Column<TaskFigures>[] = [
    { title: `task at risk ${risk}`, cell: ({ task }) => task },
    ...FIGURES,
    { title: 'verdict', cell: ({ verdict }) => verdict },
  ];
  return [
    ...(told.length === 0 ? [] : [renderTable(columns, told)]),
    ...(others.length === 0
      ? []
      : [`too few routed prompts for a bound of their own: ${others.map(({ task }) => task).join(', ')}`]),
  ];
}

function adviceOf({ calibration, chosenRisk, maxAbstainedShare }: ChosenCalibration): string {
  const most = formatPercent(maxAbstainedShare);
  const { recommendedRisk } = calibration;
  if (chosenRisk !== undefined && chosenRisk !== recommendedRisk) return `risk ${chosenRisk} was asked for`;
  return recommendedRisk === undefined
    ? `no risk holds with at most ${most} abstained from: clearer or more exemplars help, or a larger --max-abstained`
    : `risk ${recommendedRisk} is the lowest that holds with at most ${most} abstained from`;
}
