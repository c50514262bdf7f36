/** Node's own modules in a bundle. */
import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

/** Whose import reads exports that load more of Node: of `http`, its own fetch (2.5 MB in each thread). */
const whole = ['http', 'process', 'util'];

const isBuiltin = new RegExp(`^(?:node:)?(?:${builtinModules.join('|')})$`);

/** Has CommonJS packages find Node's modules in an ECMAScript module, which has no `require`. */
export const nodeModules: Plugin = {
  name: 'node-modules',
  setup(build) {
    build.onResolve({ filter: isBuiltin }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (kind !== 'require-call' && !whole.includes(name)) return { path: `node:${name}`, external: true };
      return { path: name, namespace: 'node-modules' };
    });
    build.onLoad({ filter: /./, namespace: 'node-modules' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};
