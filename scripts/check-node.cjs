// CommonJS without modern syntax: this runs on whatever Node is there, to say why the scripts would not.
const { readFileSync } = require('node:fs');
const path = require('node:path');

const wanted = JSON.parse(readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8')).devDependencies.node;
if (process.versions.node !== wanted) {
  process.stderr.write(
    'Node ' + wanted + ' is not in node_modules, because an install script did not run (this is Node ' + process.versions.node + '): ' +
    'npm rebuild node --ignore-scripts=false\n',
  );
  process.exitCode = 1;
}
