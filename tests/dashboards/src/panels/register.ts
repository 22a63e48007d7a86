// The panel types that a dashboard of ours may use. Any other is an error on the page, and fails the test.

import { PanelPlugin } from '@grafana/data';
import { sceneUtils } from '@grafana/scenes';

import { bargauge } from './bargauge';
import { heatmap } from './heatmap';
import { stat } from './stat';
import { stateTimeline } from './state_timeline';
import { table } from './table';
import { text } from './text';
import { timeseries } from './timeseries';

const types: Record<string, PanelPlugin<any>> = {
  bargauge,
  heatmap,
  stat,
  'state-timeline': stateTimeline,
  table,
  text,
  timeseries,
};

export function registerPanels() {
  for (const [pluginId, plugin] of Object.entries(types)) {
    sceneUtils.registerRuntimePanelPlugin({ pluginId, plugin });
  }
}
