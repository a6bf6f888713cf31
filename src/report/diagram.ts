/**
 * How Mermaid's diagrams look: colours that can be told apart on a light page and on a dark one. GitHub draws with the theme of the reader, whose own
 * colours (yellow bands, black lines through the words) hide what is to be seen.
 */

export const colours = { good: '#2da44e', bad: '#cf222e', unknown: '#8c959f', work: '#3b6fb6' };

/** A diagram of these lines, with its look before them. */
export function diagram(look: Readonly<Record<string, unknown>>, lines: readonly string[]): string {
  return [`%%{init: ${JSON.stringify(look)}}%%`, ...lines].join('\n');
}

export const ganttLook = {
  themeVariables: {
    sectionBkgColor: colours.unknown, altSectionBkgColor: `${colours.unknown}00`, sectionBkgColor2: colours.unknown,
    taskBkgColor: colours.work, taskBorderColor: colours.work, taskTextColor: '#ffffff',
    critBkgColor: colours.bad, critBorderColor: colours.bad, doneTaskBkgColor: colours.unknown, doneTaskBorderColor: colours.unknown,
  },
  themeCSS: '.grid .tick line { opacity: 0.25; }',
  // Names of stages stand left of the bars; Mermaid's own padding is too small for them.
  gantt: { leftPadding: 160, rightPadding: 20, barHeight: 22, fontSize: 13, sectionFontSize: 13 },
};

const bare = { showLabel: false, showTick: false, titleFontSize: 13 };

/** Bars alone: no figures at the axes, which would make room for themselves by moving the bars. */
export const barsLook = {
  themeVariables: { xyChart: { backgroundColor: '#00000000', plotColorPalette: [colours.unknown, colours.bad, colours.good].join(', ') } },
  xyChart: { width: 900, height: 120, xAxis: bare, yAxis: bare },
};
