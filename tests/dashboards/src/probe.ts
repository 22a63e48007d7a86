// What the test asks the page: window.xenha.

import { LoadingState } from '@grafana/data';
import { sceneGraph } from '@grafana/scenes';

import type { Loaded } from './dashboard';
import { lastAskedByAnnotation, lastAskedByPanel } from './prometheus';

export interface QueryReport {
  refId: string;
  expr: string;
  series: number;
  error?: string;
}

export interface PanelReport {
  id: number;
  type: string;
  title: string;
  state: string;
  frames: number;
  rows: number;
  errors: string[];
  noValue?: string;
  queries: QueryReport[];
}

interface Probe {
  ready: boolean;
  errors: string[];
  settled(): boolean;
  panels(): PanelReport[];
  annotations(): QueryReport[];
}

declare global {
  interface Window {
    xenha: Probe;
  }
}

const SETTLED: string[] = [LoadingState.Done, LoadingState.Error];

export function installProbe() {
  window.xenha = { ready: false, errors: [], settled: () => false, panels: () => [], annotations: () => [] };
  window.addEventListener('error', (event) => window.xenha.errors.push(event.message));
  window.addEventListener('unhandledrejection', (event) => {
    window.xenha.errors.push(String(event.reason?.message ?? event.reason));
  });
}

export function probe({ annotations, panels }: Loaded) {
  window.xenha.panels = () => panels.map(reportOf);
  window.xenha.annotations = () =>
    annotations.map(({ expr = '', name }) => ({ refId: name, expr, series: 0, ...lastAskedByAnnotation(name) }));
  window.xenha.settled = () =>
    panels.every(({ viz }) => viz.getPlugin() || viz.state._pluginLoadError) &&
    window.xenha.panels().every((panel) => !panel.queries.length || panel.errors.length || SETTLED.includes(panel.state));
  window.xenha.ready = true;
}

function reportOf({ json, viz }: Loaded['panels'][number]): PanelReport {
  const data = sceneGraph.getData(viz).state.data;
  const errors = [...(data?.errors ?? []).map((error) => error.message ?? 'unknown error')];
  if (viz.state._pluginLoadError) {
    errors.push(viz.state._pluginLoadError);
  }
  return {
    id: json.id,
    type: json.type,
    title: json.title ?? '',
    state: data?.state ?? LoadingState.NotStarted,
    frames: data?.series.length ?? 0,
    rows: data?.series.reduce((sum, frame) => sum + frame.length, 0) ?? 0,
    errors,
    noValue: json.fieldConfig?.defaults.noValue,
    queries: (json.targets ?? [])
      .filter((target) => !target.hide)
      .map(({ expr = '', refId }) => ({ refId, expr, series: 0, ...lastAskedByPanel(viz.state.key, refId) })),
  };
}
