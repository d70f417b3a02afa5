// Runs a program for WASI: node wasi.mjs PROGRAM FOLDER ARGUMENTS...
//
// The program sees files below FOLDER, under the paths that they have here.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [program, folder, ...rest] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: [program, ...rest],
  preopens: { [folder]: folder },
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
