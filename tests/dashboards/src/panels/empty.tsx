// What a panel without data shows: the text that the dashboard has for it, else Grafana's.

import { FieldConfigSource, PanelData } from '@grafana/data';

export function isEmpty(data: PanelData): boolean {
  return data.series.every((frame) => frame.length === 0);
}

export function Empty({ fieldConfig, why }: { fieldConfig: FieldConfigSource; why?: string }) {
  return (
    <div style={{ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center', textAlign: 'center' }}>
      {why || fieldConfig.defaults.noValue || 'No data'}
    </div>
  );
}
