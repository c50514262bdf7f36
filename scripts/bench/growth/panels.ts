/** Which figures are drawn together. Pure. */
import type { Size } from './figures.ts';

export interface Series {
  name: string;
  of(size: Size): number | undefined;
}

export interface Panel {
  title: string;
  unit: string;
  series: readonly [Series, ...Series[]];
}

export const panels: readonly Panel[] = [
  {
    title: 'First sync, virtual clock',
    unit: 's',
    series: [{ name: 'to Microsoft 365', of: ({ sync }) => sync?.seconds }],
  },
  {
    title: 'Processor time',
    unit: 's',
    series: [
      { name: 'agent, first read', of: ({ agent }) => agent?.cpuSeconds },
      { name: 'relay, reading its state', of: ({ relay }) => relay?.loadCpuSeconds },
      { name: 'relay, planning all of it', of: ({ relay }) => relay?.planCpuSeconds },
      { name: 'first sync and simulator', of: ({ sync }) => sync?.cpuSeconds },
    ],
  },
  {
    title: 'Longest stretch without a pause',
    unit: 'ms',
    series: [
      { name: 'main thread, intake', of: ({ intake }) => intake?.stallMs },
      { name: 'turn thread, reading', of: ({ relay }) => relay?.stallMs },
    ],
  },
  {
    title: 'Memory',
    unit: 'MB',
    series: [
      { name: 'agent, peak RSS', of: ({ agent }) => agent?.peakMB },
      { name: 'relay, peak RSS added', of: ({ relay }) => relay?.peakMB },
      { name: 'relay, kept', of: ({ relay }) => relay?.keptMB },
    ],
  },
  {
    title: 'Traffic',
    unit: 'requests',
    series: [
      { name: 'to PowerSchool', of: ({ agent }) => agent?.requests },
      { name: 'to Graph', of: ({ sync }) => sync?.requests },
    ],
  },
];
