// What is wrong to the eye: runs inside the page, after everything is drawn.

/** [{panel: key, problem}]; `panels` as window.xenha.panels() gives them. */
export function looksWrong(panels) {
  const found = [];
  const cut = (element) => element.scrollWidth > element.clientWidth + 1;

  for (const panel of panels) {
    const box = document.querySelector(`[data-viz-panel-key="panel-${panel.id}"]`);
    const report = (problem) => found.push({ id: panel.id, problem });
    if (!box) {
      report('is not on the page');
      continue;
    }
    const title = box.querySelector('h2');
    if (panel.title && !title) {
      report('shows no title');
    }
    if (title && [title, ...title.querySelectorAll('*')].some(cut)) {
      report(`its title is cut: "${title.textContent}" needs ${title.scrollWidth} px of ${title.clientWidth}`);
    }
    const content = box.querySelector('[data-testid$="Panel content"], [data-testid*="panel content"]') ?? box;
    const text = content.innerText;
    // A drawing has its texts in SVG, or in a canvas that cannot be asked.
    const nonsense = /\bundefined\b|\bNaN\b|\[object Object\]|\$\{?[a-z_]\w*/i.exec(text);
    if (nonsense && panel.type !== 'text') {
      report(`shows "${nonsense[0]}"`);
    }
    if (panel.rows === 0 && panel.queries.length > 0 && panel.noValue && !text.includes(panel.noValue)) {
      report(`has no data and does not say "${panel.noValue}"`);
    }
    if (panel.type === 'stat' || panel.type === 'bargauge') {
      const edge = content.getBoundingClientRect();
      for (const element of content.querySelectorAll('span, div')) {
        const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
        const here = element.getBoundingClientRect();
        if (own && here.width && (here.right > edge.right + 1 || here.left < edge.left - 1 || cut(element))) {
          report(`text reaches over its edge: "${element.textContent}"`);
        }
      }
    }
    if (panel.type === 'state-timeline' || panel.type === 'heatmap') {
      const edge = content.querySelector('svg[data-drawing]')?.getBoundingClientRect() ?? content.getBoundingClientRect();
      for (const element of content.querySelectorAll('svg[data-drawing] text')) {
        const here = element.getBoundingClientRect();
        if (here.right > edge.right + 1 || here.left < edge.left - 1 || here.bottom > edge.bottom + 2) {
          report(`text reaches over its edge: "${element.textContent}"`);
        }
      }
    }
    if (panel.type === 'table') {
      const grid = content.querySelector('[role=grid]');
      if (grid && cut(grid)) {
        report(`its columns need ${grid.scrollWidth} px of ${grid.clientWidth}: those to the right are hidden`);
      }
      for (const header of content.querySelectorAll('[role=columnheader]')) {
        if ([header, ...header.querySelectorAll('*')].some(cut)) {
          report(`a column's header is cut: "${header.textContent}"`);
        }
      }
    }
  }
  return found;
}
