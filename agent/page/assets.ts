/** Styles and scripts of the page, from this folder and from node_modules: nothing comes from the network. */
const css = 'text/css; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';

/** Name below `/assets/` to module specifier, or path beside this file, and content type. */
export const assets = {
  'pico.css': { from: '@picocss/pico/css/pico.classless.min.css', type: css },
  'uplot.css': { from: 'uplot/dist/uPlot.min.css', type: css },
  'design.css': { from: '../../shared/page/design.css', type: css },
  'page.css': { from: './client/page.css', type: css },
  'uplot.js': { from: 'uplot/dist/uPlot.iife.min.js', type: javascript },
  'page.js': { from: './client/page.js', type: javascript },
  'times.js': { from: '../../shared/page/times.js', type: javascript },
  'plot.js': { from: './client/plot.js', type: javascript },
  'tables.js': { from: './client/tables.js', type: javascript },
  'icon.svg': { from: '../../shared/page/icon.svg', type: 'image/svg+xml' },
} as const;
export type AssetName = keyof typeof assets;

export function isAsset(name: string): name is AssetName {
  return Object.hasOwn(assets, name);
}
