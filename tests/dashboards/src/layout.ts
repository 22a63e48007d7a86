// Rows of a dashboard. In the JSON an open row is followed by its panels, and a closed one holds them.

import { GridPos, PanelJson } from './model';

export interface Row {
  row: PanelJson | null;
  panels: PanelJson[];
}

const below = (pos: GridPos, by: number): GridPos => ({ ...pos, y: pos.y + by });
const moved = (panel: PanelJson, by: number): PanelJson => ({ ...panel, gridPos: below(panel.gridPos, by) });
const bottom = (panels: PanelJson[]) => Math.max(...panels.map((panel) => panel.gridPos.y + panel.gridPos.h));

/** All rows opened: a test sees only what is drawn. What follows a row that was closed moves down. */
export function rowsOf(panels: PanelJson[]): Row[] {
  const rows: Row[] = [{ row: null, panels: [] }];
  let shift = 0;
  for (const panel of [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)) {
    const here = moved(panel, shift);
    if (panel.type !== 'row') {
      rows[rows.length - 1].panels.push(here);
      continue;
    }
    const inside = panel.collapsed ? (panel.panels ?? []) : [];
    const under = here.gridPos.y + here.gridPos.h;
    const by = inside.length ? under - Math.min(...inside.map((one) => one.gridPos.y)) : 0;
    const opened = inside.map((one) => moved(one, by));
    rows.push({ row: here, panels: opened });
    shift += opened.length ? bottom(opened) - under : 0;
  }
  return rows.filter(({ row, panels }) => row || panels.length);
}
