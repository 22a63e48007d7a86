// Annotations in a panel: a band with a dashed line at both ends. Grafana's code for that is not published.

import { colorManipulator, DataFrame, TimeRange } from '@grafana/data';
import { config } from '@grafana/runtime';
import { UPlotConfigBuilder } from '@grafana/ui';
import { useLayoutEffect, useRef } from 'react';

import { marksOf } from '../annotations';
import { TimeScale } from './time_axis';

const BAND = 0.1;
const DASHES = [4, 4];

interface Props {
  annotations: DataFrame[] | undefined;
  timeRange: TimeRange;
}

const colorOf = (name: string) => config.theme2.visualization.getColorByName(name);

/** Over a chart of uPlot, on its canvas. */
export function ChartMarks({ annotations, builder, timeRange }: Props & { builder: UPlotConfigBuilder }) {
  // The hook is set once for a chart and outlives this drawing, so it has to look up what is shown now.
  const marks = useRef(marksOf(annotations, timeRange));
  marks.current = marksOf(annotations, timeRange);
  useLayoutEffect(() => {
    builder.addHook('draw', (chart) => {
      const { ctx, bbox } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      ctx.setLineDash(DASHES.map((length) => length * devicePixelRatio));
      for (const mark of marks.current) {
        const [from, to] = [mark.from, mark.to].map((time) => chart.valToPos(time, 'x', true));
        const color = colorOf(mark.color);
        ctx.fillStyle = colorManipulator.alpha(color, BAND);
        ctx.fillRect(from, bbox.top, to - from, bbox.height);
        ctx.strokeStyle = color;
        for (const x of new Set([from, to])) {
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
      }
      ctx.restore();
    });
  }, [builder]);
  return null;
}

/** In a drawing of ours. */
export function DrawnMarks({ annotations, height, scale, timeRange }: Props & { height: number; scale: TimeScale }) {
  return marksOf(annotations, timeRange).map((mark, index) => {
    const [from, to] = [scale.x(mark.from), scale.x(mark.to)];
    const color = colorOf(mark.color);
    return (
      <g key={index}>
        <title>{mark.text}</title>
        <rect x={from} y={0} width={to - from} height={height} fill={color} fillOpacity={BAND} />
        {[...new Set([from, to])].map((x) => (
          <line key={x} x1={x} x2={x} y1={0} y2={height} stroke={color} strokeDasharray={DASHES.join(' ')} />
        ))}
      </g>
    );
  });
}
