// Grafana's application installs services before it draws a panel. There is no application here, so this does it.

import {
  createTheme,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceApi,
  DataSourceInstanceSettings,
  DataSourceRef,
  EventBusSrv,
  LoadingState,
  locationUtil,
  PanelData,
  ScopedVars,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
} from '@grafana/data';
import {
  config,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime';
import { SceneObject, sceneGraph } from '@grafana/scenes';
import { catchError, from, map, Observable, of, startWith } from 'rxjs';

import { standardFieldOptions } from './field_options';
import { ThemeName } from './settings';

/** The object of the page that a query belongs to: variables have the values that they have there. */
export function sceneOf(scopedVars: ScopedVars | undefined): SceneObject | undefined {
  return scopedVars?.__sceneObject?.value?.valueOf() as SceneObject | undefined;
}

export function installHost(source: DataSourceApi, theme: ThemeName) {
  config.theme2 = createTheme({ colors: { mode: theme } });
  config.buildInfo = { ...config.buildInfo, version: '13.2.2' };
  installRegistries();
  installServices();
  installSources(source);
  setRunRequest((asked, request) => run(asked, request));
}

function installRegistries() {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(standardFieldOptions);
  // Some transformations stand there under two names, and a registry refuses the second.
  type Transformer = { id: string; name: string; operator?: unknown };
  const known = new Map<string, Transformer>();
  for (const transformer of Object.values(standardTransformers) as Transformer[]) {
    if (transformer?.operator) {
      known.set(transformer.id, transformer);
    }
  }
  standardTransformersRegistry.setInit(() =>
    [...known.values()].map(
      (transformer) =>
        ({
          id: transformer.id,
          name: transformer.name,
          transformation: () => Promise.resolve(transformer),
          editor: () => null,
          imageDark: '',
          imageLight: '',
        }) as unknown as ReturnType<typeof standardTransformersRegistry.get>
    )
  );
}

/** None of these reaches a server: whatever a panel asks of Grafana's own has to fail or to be empty. */
function installServices() {
  setAppEvents(new EventBusSrv());
  setEchoSrv({ addBackend() {}, addEvent() {}, flush() {} } as unknown as Parameters<typeof setEchoSrv>[0]);
  setBackendSrv({
    fetch: () => of({ data: {} }),
    get: async () => ({}),
    datasourceRequest: async () => ({}),
  } as unknown as Parameters<typeof setBackendSrv>[0]);
  setTemplateSrv({
    getVariables: () => [],
    replace: (text?: string) => text ?? '',
    containsTemplate: () => false,
    updateTimeRange() {},
  });
  setPluginImportUtils({
    importPanelPlugin: async (id: string) => {
      throw new Error(`panel type ${id} is not registered`);
    },
    getPanelPluginFromCache: () => undefined,
  });
  locationUtil.initialize({
    config: { appSubUrl: '' } as Parameters<typeof locationUtil.initialize>[0]['config'],
    getVariablesUrlParams: () => ({}),
    getTimeRangeForUrl: () => ({ from: 'now-1h', to: 'now' }),
  });
}

/**
 * One data source, and it must be asked for by the variable that the dashboard has for it: a name or an identifier that
 * somebody's Grafana happened to have is an error here, as it will be in the operator's Grafana.
 */
function installSources(source: DataSourceApi) {
  const instance = {
    id: 1,
    uid: source.uid,
    name: 'Prometheus',
    type: 'prometheus',
    isDefault: true,
    access: 'proxy',
    readOnly: true,
    jsonData: {},
    meta: {
      id: 'prometheus',
      name: 'Prometheus',
      type: 'datasource',
      metrics: true,
      info: { logos: { small: '', large: '' } },
    },
  } as unknown as DataSourceInstanceSettings;

  const resolve = (ref: DataSourceRef | string | null | undefined, scopedVars?: ScopedVars) => {
    const wanted = (typeof ref === 'string' ? ref : ref?.uid) ?? '';
    const scene = sceneOf(scopedVars);
    const uid = scene ? sceneGraph.interpolate(scene, wanted, scopedVars) : wanted;
    if (uid !== source.uid && !uid.startsWith('$')) {
      throw new Error(`there is no data source "${uid}"; a dashboard asks \${datasource}`);
    }
    return source;
  };
  setDataSourceSrv({
    get: async (ref: DataSourceRef | string | null | undefined, scopedVars?: ScopedVars) => resolve(ref, scopedVars),
    getInstanceSettings: () => instance,
    getList: () => [instance],
    reload() {},
  } as unknown as Parameters<typeof setDataSourceSrv>[0]);
}

/** Loading, then Done or Error: what panels and queries go through in Grafana. */
function run(source: DataSourceApi, request: DataQueryRequest): Observable<PanelData> {
  request.startTime = Date.now();
  const waiting: PanelData = { request, timeRange: request.range, series: [], state: LoadingState.Loading };
  const failed = (message: string): PanelData => ({
    ...waiting,
    state: LoadingState.Error,
    errors: [{ message }],
    error: { message },
  });
  return from(source.query(request) as Promise<DataQueryResponse>).pipe(
    map((answer): PanelData => {
      const series = answer.data.map((frame) => toDataFrame(frame));
      return answer.errors?.length
        ? { ...waiting, series, state: LoadingState.Error, errors: answer.errors, error: answer.errors[0] }
        : { ...waiting, series, state: LoadingState.Done };
    }),
    catchError((error: Error) => of(failed(error.message))),
    startWith(waiting)
  );
}
