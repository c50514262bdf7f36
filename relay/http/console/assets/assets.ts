/** Styles and scripts of the console, from this project and from node_modules: nothing comes from the network. */
const css = 'text/css; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';

/** Name below `/console/assets/` to module specifier, or path beside this file, and content type. */
export const assets = {
  'pico.css': { from: '@picocss/pico/css/pico.classless.min.css', type: css },
  'design.css': { from: '../../../../shared/page/design.css', type: css },
  'console.css': { from: './client/console.css', type: css },
  'htmx.js': { from: 'htmx.org/dist/htmx.min.js', type: javascript },
  'console.js': { from: './client/console.js', type: javascript },
  'plots.js': { from: './client/plots.js', type: javascript },
  'uplot.js': { from: 'uplot/dist/uPlot.iife.min.js', type: javascript },
  'uplot.css': { from: 'uplot/dist/uPlot.min.css', type: css },
  'times.js': { from: '../../../../shared/page/times.js', type: javascript },
  'icon.svg': { from: '../../../../shared/page/icon.svg', type: 'image/svg+xml' },
} as const;
export type AssetName = keyof typeof assets;

export function isAsset(name: string): name is AssetName {
  return Object.hasOwn(assets, name);
}
