/*
 * Ends with one line where Node is too old for what follows. In the JavaScript of 2015, since whatever Node is there has
 * to read it; npm scripts load it before their own file.
 */
'use strict'

const needed = /\d+/.exec(require('../package.json').engines.node)[0]
const found = process.versions.node

if (Number(found.split('.')[0]) < Number(needed)) {
  const isThis = `gem-ats-sync needs Node ${needed} or newer, and this is ${found} (${process.execPath})`
  const how = `run npm ci without --ignore-scripts, or npm rebuild after it, which brings Node ${needed} along for npm run and npx`
  process.stderr.write(`error: ${isThis}: ${how}; or install it (https://nodejs.org)\n`)
  process.exit(1)
}
