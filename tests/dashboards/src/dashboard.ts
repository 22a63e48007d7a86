// A dashboard's JSON as a scene: what Grafana's own application does when it opens one.

import {
  dataLayers,
  EmbeddedScene,
  SceneControlsSpacer,
  SceneDataLayerControls,
  SceneDataLayerSet,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridItemLike,
  SceneGridLayout,
  SceneGridRow,
  SceneObject,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  VariableValueSelectors,
  VizPanel,
} from '@grafana/scenes';

import { AnnotationJson } from './annotations';
import { rowsOf } from './layout';
import { DashboardJson, PanelJson } from './model';
import { settings } from './settings';
import { variablesOf } from './variables';

export interface Loaded {
  scene: EmbeddedScene;
  annotations: AnnotationJson[];
  panels: Array<{ json: PanelJson; viz: VizPanel }>;
}

/** Better no picture than one that leaves something out: what cannot be drawn here is an error. */
function mustBeDrawable(json: DashboardJson) {
  const repeated = json.panels.find((panel) => panel.repeat);
  if (repeated) {
    throw new Error(`panel "${repeated.title}" is repeated by a variable, which this page does not do`);
  }
}

function dataOf(json: PanelJson): SceneObject | undefined {
  if (!json.targets?.length) {
    return undefined;
  }
  const runner = new SceneQueryRunner({
    datasource: json.datasource,
    queries: json.targets,
    maxDataPoints: json.maxDataPoints,
    maxDataPointsFromWidth: json.maxDataPoints === undefined,
    minInterval: json.interval,
  });
  return json.transformations?.length
    ? new SceneDataTransformer({ $data: runner, transformations: json.transformations })
    : runner;
}

/** Without Grafana's built-in one, whose events people type in there. */
function annotationsOf(json: DashboardJson): AnnotationJson[] {
  return (json.annotations?.list ?? []).filter((one) => !one.builtIn);
}

export function load(json: DashboardJson): Loaded {
  mustBeDrawable(json);
  const panels: Loaded['panels'] = [];

  const item = (panel: PanelJson): SceneGridItemLike => {
    const viz = new VizPanel({
      key: `panel-${panel.id}`,
      title: panel.title ?? '',
      description: panel.description,
      pluginId: panel.type,
      options: panel.options ?? {},
      fieldConfig: panel.fieldConfig ?? { defaults: {}, overrides: [] },
      displayMode: panel.transparent ? 'transparent' : 'default',
      $data: dataOf(panel) as VizPanel['state']['$data'],
    });
    panels.push({ json: panel, viz });
    const { x, y, w: width, h: height } = panel.gridPos;
    return new SceneGridItem({ x, y, width, height, isResizable: false, isDraggable: false, body: viz });
  };

  const children = rowsOf(json.panels).flatMap(({ row, panels }): SceneGridItemLike[] =>
    row
      ? [new SceneGridRow({ title: row.title ?? '', y: row.gridPos.y, isCollapsed: false, children: panels.map(item) })]
      : panels.map(item)
  );

  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: settings.from ?? json.time?.from ?? 'now-6h',
      to: settings.to ?? json.time?.to ?? 'now',
      timeZone: settings.timeZone,
    }),
    $variables: variablesOf(json.templating?.list),
    $data: new SceneDataLayerSet({
      layers: annotationsOf(json).map(
        (one) =>
          new dataLayers.AnnotationsDataLayer({ name: one.name, query: one, isEnabled: one.enable, isHidden: one.hide })
      ),
    }),
    controls: [
      new VariableValueSelectors({}),
      ...(annotationsOf(json).some((one) => !one.hide) ? [new SceneDataLayerControls()] : []),
      new SceneControlsSpacer(),
      new SceneTimePicker({}),
      new SceneRefreshPicker({
        refresh: settings.refresh ?? json.refresh ?? '',
        minRefreshInterval: '1s',
        intervals: ['5s', '10s', '30s', '1m', '5m'],
      }),
    ],
    body: new SceneGridLayout({ isLazy: false, children }),
  });
  return { scene, annotations: annotationsOf(json), panels };
}
