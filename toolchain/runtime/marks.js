'use strict';
// Marks that patch/wasm.js writes over the debug literals of this build, so that
// files.js can tell the build's messages from user text. Same length as the text
// they replace: '[DEBUG:' and '  mainModule? = '.

const DEBUG_MARK = '\x01LWdbg\x02';
const MODULE_MARK = '\x01LWdbg\x02module = ';

module.exports = { DEBUG_MARK, MODULE_MARK };
