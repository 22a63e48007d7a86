// The parts of a dashboard's JSON that are read here.

import { DataTransformerConfig, FieldConfigSource } from '@grafana/data';
import { DataSourceRef } from '@grafana/schema';

import { AnnotationJson } from './annotations';
import { Target } from './prometheus';

export interface GridPos {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface PanelJson {
  id: number;
  type: string;
  title?: string;
  description?: string;
  transparent?: boolean;
  gridPos: GridPos;
  datasource?: DataSourceRef;
  targets?: Target[];
  transformations?: DataTransformerConfig[];
  fieldConfig?: FieldConfigSource;
  options?: Record<string, unknown>;
  maxDataPoints?: number;
  interval?: string;
  repeat?: string;
  collapsed?: boolean;
  panels?: PanelJson[];
}

export interface VariableJson {
  name: string;
  type: string;
  label?: string;
  description?: string;
  hide?: number;
  skipUrlSync?: boolean;
  query?: string | { query: string };
  datasource?: DataSourceRef;
  regex?: string;
  sort?: number;
  refresh?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  current?: { text?: string | string[]; value?: string | string[] };
}

export interface LinkJson {
  title: string;
  type: 'dashboards' | 'link';
  tags?: string[];
  url?: string;
  keepTime?: boolean;
  includeVars?: boolean;
}

export interface DashboardJson {
  uid: string;
  title: string;
  tags?: string[];
  refresh?: string;
  time?: { from: string; to: string };
  links?: LinkJson[];
  annotations?: { list: AnnotationJson[] };
  templating?: { list: VariableJson[] };
  panels: PanelJson[];
}

/** What the page's server tells of the dashboards that it has. */
export interface Listed {
  uid: string;
  title: string;
  description?: string;
  tags: string[];
}
