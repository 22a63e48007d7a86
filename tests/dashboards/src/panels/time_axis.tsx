// What the panels that we draw ourselves have in common: their font, and the time axis below.

import { dateTimeFormat, GrafanaTheme2, TimeRange } from '@grafana/data';

export const AXIS_HEIGHT = 24;
export const FONT_SIZE = 12;
/** Without the page's letter spacing, which measuring a text does not know of. */
export const DRAWING = { display: 'block', fontSize: FONT_SIZE, letterSpacing: 0 } as const;

const MINUTE = 60_000;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * 60 * MINUTE),
];

export interface TimeScale {
  from: number;
  to: number;
  left: number;
  width: number;
  x(time: number): number;
}

export function timeScale(range: TimeRange, left: number, width: number): TimeScale {
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  return { from, to, left, width, x: (time) => left + (width * (time - from)) / (to - from) };
}

/** Round times, as many as have room for their text. */
function ticks({ from, to, width }: TimeScale): { at: number[]; format: string } {
  const room = Math.max(1, Math.floor(width / 90));
  const step = STEPS.find((one) => (to - from) / one <= room) ?? STEPS[STEPS.length - 1];
  const at = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    at.push(time);
  }
  return { at, format: step < MINUTE ? 'HH:mm:ss' : step < 24 * 60 * MINUTE ? 'HH:mm' : 'MM/DD' };
}

interface AxisProps {
  scale: TimeScale;
  theme: GrafanaTheme2;
  timeZone: string;
  y: number;
}

export function TimeAxis({ scale, theme, timeZone, y }: AxisProps) {
  const { at, format } = ticks(scale);
  // A text in the middle of its line must not reach over the panel's edge.
  const inside = at.filter((time) => scale.x(time) - scale.left > 14 && scale.left + scale.width - scale.x(time) > 14);
  return (
    <g>
      {at.map((time) => (
        <line key={time} x1={scale.x(time)} x2={scale.x(time)} y1={0} y2={y + 4} stroke={theme.colors.border.weak} />
      ))}
      {inside.map((time) => (
        <text key={time} x={scale.x(time)} y={y + 17} textAnchor="middle" fill={theme.colors.text.primary}>
          {dateTimeFormat(time, { format, timeZone })}
        </text>
      ))}
    </g>
  );
}
