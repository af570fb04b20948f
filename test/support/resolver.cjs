/** Our sources name each other `./x.js`, as TypeScript's NodeNext wants it; under Jest the file is still `./x.ts`. */
module.exports = (path, options) => {
  const isOurs = /^\.{1,2}\/.*\.js$/.test(path) && !/[\\/]node_modules[\\/]/.test(options.basedir);
  if (!isOurs) return options.defaultResolver(path, options);
  try {
    return options.defaultResolver(path.replace(/js$/, 'ts'), options);
  } catch {
    return options.defaultResolver(path, options);
  }
};
