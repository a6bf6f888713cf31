import fc from 'fast-check';
import mermaid from 'mermaid';
import { expect, test } from 'vitest';
import type { Result, Span } from '../../src/outcome.ts';
import { foldHosts, gantt, safe } from '../../src/report/gantt.ts';
import { exampleOf, exampleReport, manyHosts } from './example.ts';
import { hostile } from './hostile.ts';

type Task = { readonly section: string; readonly task: string; readonly startTime: Date; readonly endTime: Date };

async function tasks(diagram: string): Promise<readonly Task[]> {
  await mermaid.parse(diagram);
  const parsed = await mermaid.mermaidAPI.getDiagramFromText(diagram);
  if (!('getTasks' in parsed.db) || typeof parsed.db.getTasks !== 'function') throw new Error('Not a gantt');
  return parsed.db.getTasks();
}

test('three hosts', () => {
  expect(gantt({ ...exampleOf('rolled-back'), timeline: exampleReport().timeline.slice(0, 5) })).toMatchInlineSnapshot(`
    "%%{init: {"themeVariables":{"sectionBkgColor":"#8c959f","altSectionBkgColor":"#8c959f00","sectionBkgColor2":"#8c959f","taskBkgColor":"#3b6fb6","taskBorderColor":"#3b6fb6","taskTextColor":"#ffffff","critBkgColor":"#cf222e","critBorderColor":"#cf222e","doneTaskBkgColor":"#8c959f","doneTaskBorderColor":"#8c959f"},"themeCSS":".grid .tick line { opacity: 0.25; }","gantt":{"leftPadding":160,"rightPadding":20,"barHeight":22,"fontSize":13,"sectionFontSize":13}}}%%
    gantt
        dateFormat YYYY-MM-DD HH:mm:ss.SSS
        axisFormat %M:%S
        tickInterval 5second
        todayMarker off
        section Health URL
        no good answer, 6.3 s :crit, 2001-01-01 00:00:14.000, 2001-01-01 00:00:20.250
        section Prepare
        fetch a1b2c3d, web-1, 0.9 s :2001-01-01 00:00:02.100, 2001-01-01 00:00:03.000
        fetch a1b2c3d, web-2, 1.1 s :2001-01-01 00:00:02.100, 2001-01-01 00:00:03.220
        fetch a1b2c3d, web-3, 1.3 s :2001-01-01 00:00:02.100, 2001-01-01 00:00:03.440
        section Back up
        dump the database, web-1, 6.5 s :2001-01-01 00:00:04.100, 2001-01-01 00:00:10.600
        archive the checkout, web-1, 1.9 s :2001-01-01 00:00:04.100, 2001-01-01 00:00:06.000"
  `);
});

const results: readonly Result[] = ['rolled-back', 'undone', 'failed', 'cancelled'];

test.each(results.flatMap((result) => [1, 3, 50].map((hosts) => [result, hosts] as const)))('%s on %i hosts has at most 48 bars, in order', async (result, hosts) => {
  const bars = await tasks(gantt(exampleOf(result, manyHosts(hosts))));
  expect(bars.length).toBeGreaterThan(3);
  expect(bars.length).toBeLessThanOrEqual(48);
  expect(bars.every(({ startTime, endTime }) => startTime.getTime() < endTime.getTime())).toBe(true);
});

test('whatever names say, there is a bar for each step, under its own section', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ stage: hostile, title: hostile, host: hostile }), { minLength: 1, maxLength: 12 }), async (names) => {
    const { run } = exampleReport();
    const timeline = names.map((name, index): Span => ({ ...name, start: run.startedAt + index, end: run.endedAt, result: 'done' }));
    const bars = await tasks(gantt(exampleReport({ timeline, downtime: { total: 0, caused: 0, samples: [] } })));
    // Behind the name of a stage that comes again stands which time it is.
    expect(bars.map(({ section }, index) => section.startsWith(safe(names[index]?.stage ?? '', 24)))).toEqual(names.map(() => true));
    expect(bars.map(({ startTime }) => startTime.getMilliseconds())).toEqual(names.map((_name, index) => index));
  }), { numRuns: 150 });
});

test('the failed step of fifty hosts keeps its own bar', () => {
  const { timeline } = exampleOf('rolled-back', manyHosts(50));
  const broken = timeline.map((span) => (span.host === 'web-7' && span.title === 'prove' ? { ...span, result: 'failed' as const } : span));
  expect(foldHosts(broken).filter(({ result }) => result === 'failed')).toMatchObject([{ title: 'prove', host: 'web-7' }]);
  expect(foldHosts(broken)).toContainEqual(expect.objectContaining({ title: 'prove', host: '48 hosts' }));
});

test('a stage that comes again has a section of its own', async () => {
  const { run } = exampleReport();
  const timeline = ['First', 'Prove', 'Rest', 'Rest', 'Prove'].map((stage, index): Span => ({ stage, title: 't', start: run.startedAt + index, end: run.endedAt, result: 'done' }));
  const bars = await tasks(gantt(exampleReport({ timeline, downtime: { total: 0, caused: 0, samples: [] } })));
  expect(bars.map(({ section }) => section)).toEqual(['First', 'Prove', 'Rest', 'Rest', 'Prove 2']);
});

test('a service that answers now and then is one bar', () => {
  const { run } = exampleReport();
  const samples = Array.from({ length: 152 }, (_none, index) => ({ time: run.startedAt + index * 250, verdict: index >= 40 && index < 80 && index % 2 === 0 ? 'failed' as const : 'passed' as const, milliseconds: 1 }));
  const diagram = gantt(exampleReport({ downtime: { total: 5, caused: 5, samples } }));
  expect(diagram.match(/^ .*no good answer.*$/gm)).toEqual(['    on and off, no good answer, 5 s :crit, 2001-01-01 00:00:10.000, 2001-01-01 00:00:19.750']);
});

test('no timeline, no diagram', () => {
  expect(gantt(exampleReport({ timeline: [] }))).toBe('');
});
