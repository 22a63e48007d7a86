import { DataFrame, dateTimeFormat, formattedValueToString, getFieldDisplayName } from '@grafana/data';
import { SeriesIcon } from '@grafana/ui';

/** The values under the pointer. Grafana's own tooltip is not published; the pictures have none, a live page has this. */
export function Tooltip({ frame, indices, only }: { frame: DataFrame; indices: Array<number | null>; only: number | null }) {
  const at = indices.find((index, field) => field > 0 && index != null) ?? indices[0];
  if (at == null) {
    return null;
  }
  return (
    <div style={{ padding: 8 }}>
      <div>{dateTimeFormat(frame.fields[0].values[at])}</div>
      {frame.fields.map((field, index) => {
        const here = indices[index];
        if (index === 0 || here == null || (only !== null && only !== index)) {
          return null;
        }
        const shown = field.display!(field.values[here]);
        return (
          <div key={index}>
            <SeriesIcon color={shown.color} /> {getFieldDisplayName(field, frame)}: {formattedValueToString(shown)}
          </div>
        );
      })}
    </div>
  );
}
