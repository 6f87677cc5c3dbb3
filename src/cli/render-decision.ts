import type { Decision } from '../routing/decision.js';
import type { CandidateTrace, RoutingTrace } from '../trace.js';
import { formatPercent, formatUsd, renderTable } from './text-table.js';

const NEIGHBOURS_SHOWN = 5;
const TASKS_SHOWN = 5;

/** A decision in a few lines, for a terminal. */
export function renderDecision(decision: Decision): string {
  const { classification } = decision;
  const abstained = classification.isAbstained ? ' (abstained: not sure enough to rely on it)' : '';
  const saving = decision.baselineCostUsd > 0 ? 1 - decision.expectedCostUsd / decision.baselineCostUsd : 0;
  return [
    `model     ${decision.model}`,
    `task      ${decision.task}, probability ${classification.probability.toFixed(2)}${abstained}`,
    `cost      ${formatUsd(decision.expectedCostUsd)} expected, ${formatUsd(decision.baselineCostUsd)} on the baseline model (${formatPercent(saving)} saved)`,
    `quality   ${decision.capability.mean.toFixed(2)} expected, lower bound ${decision.capability.lowerBound.toFixed(2)}, floor ${decision.qualityFloor.toFixed(2)}`,
    `why       ${decision.explanation}`,
  ].join('\n');
}

/** The whole trace, for a terminal. */
export function renderTrace(trace: RoutingTrace): string {
  const sections = [
    renderView(trace),
    renderTasks(trace),
    renderNeighbours(trace),
    renderCandidates(trace),
    renderTimings(trace),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function renderView({ view }: RoutingTrace): string {
  if (view === undefined) return '';
  const cut = view.isTruncated ? ', cut by the embedder’s window' : '';
  return (
    `Prompt: about ${Math.ceil(view.estimatedPromptTokens)} tokens, ${view.embeddedTokens} embedded${cut}; ` +
    `${view.omittedCharacters} characters left out; language ${view.language}`
  );
}

function renderTasks(trace: RoutingTrace): string {
  if (trace.tasks === undefined) return '';
  const rows = trace.tasks.slice(0, TASKS_SHOWN);
  const table = renderTable(
    [
      { title: 'task', cell: (row: (typeof rows)[number]) => row.task },
      { title: 'probability', align: 'right', cell: (row) => row.probability.toFixed(3) },
    ],
    rows,
  );
  const { abstentionScore, abstentionThreshold } = trace;
  if (abstentionScore === undefined || abstentionThreshold === undefined) return table;
  return `${table}\nscore ${abstentionScore.toFixed(3)}; the router abstains below ${abstentionThreshold.toFixed(3)}`;
}

function renderNeighbours(trace: RoutingTrace): string {
  if (trace.neighbours === undefined || trace.neighbours.length === 0) return '';
  const rows = trace.neighbours.slice(0, NEIGHBOURS_SHOWN);
  return renderTable(
    [
      { title: 'similarity', align: 'right', cell: (row: (typeof rows)[number]) => row.similarity.toFixed(3) },
      { title: 'task', cell: (row) => row.task },
      { title: 'nearest exemplars', maxWidth: 70, cell: (row) => row.text },
    ],
    rows,
  );
}

function renderCandidates(trace: RoutingTrace): string {
  if (trace.candidates === undefined) return '';
  return renderTable<CandidateTrace>(
    [
      { title: '', cell: (row) => (row.isChosen ? '→' : '') },
      { title: 'model', cell: (row) => row.model },
      { title: 'quality', align: 'right', cell: (row) => row.capability.mean.toFixed(2) },
      { title: 'bound', align: 'right', cell: (row) => row.capability.lowerBound.toFixed(2) },
      { title: 'evidence', cell: (row) => renderEvidence(row) },
      { title: 'cost', align: 'right', cell: (row) => formatUsd(row.expectedCostUsd) },
      {
        title: 'why not',
        maxWidth: 90,
        cell: (row) => row.rejections.map((rejection) => rejection.message).join('; '),
      },
    ],
    trace.candidates,
  );
}

function renderEvidence({ capability }: CandidateTrace): string {
  if (capability.basis === 'none') return 'none';
  return capability.evidenceCount > 0 ? `${capability.basis}, n=${capability.evidenceCount}` : capability.basis;
}

function renderTimings(trace: RoutingTrace): string {
  if (trace.timings.length === 0) return '';
  return `Time: ${trace.timings.map((timing) => `${timing.step} ${timing.durationMs.toFixed(2)} ms`).join(', ')}`;
}
