import t from 'tap';
import { renderPlot } from '../../src/report/svg-plot.js';

t.test('draws each series with round ticks and escapes its texts', async (t) => {
  const svg = renderPlot({
    title: 'a < b & "c"',
    xLabel: 'x',
    yLabel: 'y',
    series: [
      {
        name: 'line',
        points: [
          [0, 0],
          [10, 1],
        ],
      },
      { name: 'marks', points: [[5, 0.5]], isScatter: true },
    ],
  });
  t.match(svg, /a &lt; b &amp; &quot;c&quot;/u);
  t.equal(svg.match(/<polyline/gu)?.length, 1);
  t.equal(svg.match(/<circle/gu)?.length, 3);
  for (const tick of ['>0<', '>2<', '>10<', '>0.2<', '>1<']) t.ok(svg.includes(tick), tick);
});

t.test('equal values still make a plot', async (t) => {
  const svg = renderPlot({ title: '', xLabel: '', yLabel: '', series: [{ name: 'one', points: [[3, 3]] }] });
  t.notMatch(svg, /NaN|Infinity/u);
});
