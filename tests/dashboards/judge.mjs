// Which of the things that a page reports make the test fail.

/** One line and the problems of each panel. `looks`: what looksWrong() found. */
export function judgePanel(panel, looks) {
  const problems = [...panel.errors];
  const empty = panel.queries.length > 0 && panel.rows === 0;
  if (panel.queries.length && panel.state !== 'Done' && !panel.errors.length) {
    problems.push(`is ${panel.state} and not done`);
  }
  if (empty && !panel.errors.length && !panel.noValue) {
    problems.push('no data, and no text (noValue) that says what this means');
  }
  problems.push(...looks.filter((one) => one.id === panel.id).map((one) => one.problem));
  const unique = [...new Set(problems)];
  const line = [
    unique.length ? 'FAIL' : 'ok  ',
    `panel ${panel.id}`.padEnd(9),
    panel.type.padEnd(14),
    panel.queries.length ? panel.state.padEnd(7) : '-'.padEnd(7),
    `frames=${panel.frames} rows=${panel.rows}`.padEnd(18),
    JSON.stringify(panel.title),
    empty && !unique.length ? `(empty: "${panel.noValue}")` : '',
  ].join(' ');
  return { line: line.trimEnd(), problems: unique };
}
