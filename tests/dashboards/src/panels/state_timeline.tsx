// Grafana's own state timeline is not published. This one draws the same states; its colours and texts come from Grafana.

import { FieldColorModeId, PanelPlugin, PanelProps } from '@grafana/data';
import { LegendDisplayMode, VisibilityMode, VizLegendOptions } from '@grafana/schema';
import { measureText, useTheme2, VizLayout, VizLegend } from '@grafana/ui';
import { useMemo } from 'react';

import { fieldOptions } from '../field_options';
import { Empty, isEmpty } from './empty';
import { DrawnMarks } from './marks';
import { legendOf, Row, rowsOf, Stretch } from './states';
import { AXIS_HEIGHT, DRAWING, FONT_SIZE, TimeAxis, timeScale, TimeScale } from './time_axis';

interface Options {
  mergeValues?: boolean;
  showValue?: VisibilityMode;
  alignValue?: 'left' | 'center' | 'right';
  rowHeight?: number;
  legend?: VizLegendOptions;
}

type Props = PanelProps<Options>;

const NAME_GAP = 12;
const PADDING = 4;

function StateTimelinePanel(props: Props) {
  const { data, fieldConfig, height, options, timeRange, width } = props;
  const theme = useTheme2();
  const merge = options.mergeValues ?? true;
  const rows = useMemo(() => rowsOf(data.series, merge, timeRange, theme), [data.series, merge, timeRange, theme]);
  const legend = useMemo(() => legendOf(data.series, rows, merge, theme), [data.series, rows, merge, theme]);
  if (isEmpty(data)) {
    return <Empty fieldConfig={fieldConfig} />;
  }
  if (!rows.length) {
    return <Empty fieldConfig={fieldConfig} why="No graphable fields" />;
  }
  const shown = options.legend?.showLegend !== false && legend.length > 0 && (
    <VizLayout.Legend placement={options.legend?.placement ?? 'bottom'}>
      <VizLegend
        placement={options.legend?.placement ?? 'bottom'}
        displayMode={options.legend?.displayMode ?? LegendDisplayMode.List}
        items={legend.map(({ text, color }) => ({ label: text, color, yAxis: 1 }))}
      />
    </VizLayout.Legend>
  );
  return (
    <VizLayout width={width} height={height} legend={shown || null}>
      {(innerWidth, innerHeight) => <Drawing {...props} rows={rows} width={innerWidth} height={innerHeight} />}
    </VizLayout>
  );
}

function Drawing({ data, height, options, rows, timeRange, timeZone, width }: Props & { rows: Row[] }) {
  const theme = useTheme2();
  const widest = Math.max(...rows.map((row) => measureText(row.name, FONT_SIZE).width));
  const left = Math.ceil(widest) + NAME_GAP;
  const scale = timeScale(timeRange, left, Math.max(1, width - left));
  const rowHeight = Math.max(1, height - AXIS_HEIGHT) / rows.length;
  return (
    <svg data-drawing width={width} height={height} style={DRAWING}>
      <TimeAxis scale={scale} theme={theme} timeZone={timeZone} y={height - AXIS_HEIGHT} />
      {rows.map((row, index) => (
        <g key={index} transform={`translate(0 ${index * rowHeight})`}>
          <text x={left - NAME_GAP} y={rowHeight / 2} dy="0.35em" textAnchor="end" fill={theme.colors.text.primary}>
            {row.name}
          </text>
          {row.stretches.map((stretch) => (
            <Bar key={stretch.from} height={rowHeight} options={options} row={row} scale={scale} stretch={stretch} />
          ))}
        </g>
      ))}
      <DrawnMarks annotations={data.annotations} height={height - AXIS_HEIGHT} scale={scale} timeRange={timeRange} />
    </svg>
  );
}

interface BarProps {
  height: number;
  options: Options;
  row: Row;
  scale: TimeScale;
  stretch: Stretch;
}

function Bar({ height, options, row, scale, stretch }: BarProps) {
  const theme = useTheme2();
  const from = Math.max(scale.left, scale.x(stretch.from));
  const width = Math.max(1, scale.x(stretch.to) - from);
  const thick = height * (options.rowHeight ?? 0.9);
  const top = (height - thick) / 2;
  const align = options.alignValue ?? 'left';
  const at = { left: from + PADDING, center: from + width / 2, right: from + width - PADDING }[align];
  const text = fitting(stretch.text, width - 2 * PADDING, options.showValue ?? VisibilityMode.Auto);
  return (
    <g>
      <rect
        x={from}
        y={top}
        width={width}
        height={thick}
        fill={stretch.color}
        fillOpacity={row.opacity}
        stroke={row.lineWidth ? stretch.color : 'none'}
        strokeWidth={row.lineWidth}
      />
      {text && (
        <text
          x={at}
          y={height / 2}
          dy="0.35em"
          fontWeight={500}
          textAnchor={({ left: 'start', center: 'middle', right: 'end' } as const)[align]}
          fill={row.opacity < 0.5 ? theme.colors.text.primary : theme.colors.getContrastText(stretch.color, 3)}
        >
          {text}
        </text>
      )}
    </g>
  );
}

/** As much of the text as there is room for; unless it is always to be shown, only from two characters on. */
function fitting(text: string, room: number, show: VisibilityMode): string {
  if (show === VisibilityMode.Never) {
    return '';
  }
  let fits = text;
  while (fits && measureText(fits, FONT_SIZE, 500).width > room) {
    fits = fits.slice(0, -1);
  }
  return show === VisibilityMode.Auto && fits.length < Math.min(2, text.length) ? '' : fits;
}

export const stateTimeline = new PanelPlugin<Options>(StateTimelinePanel).setDataSupport({ annotations: true }).useFieldConfig(
  fieldOptions(FieldColorModeId.ContinuousGrYlRd, {
    lineWidth: 0,
    fillOpacity: 70,
    spanNulls: false,
    insertNulls: false,
    hideFrom: { legend: false, tooltip: false, viz: false },
    axisPlacement: 'auto',
  })
);
