// Bundles what the pages load into static/dist: names carry a hash of their content, so a browser
// may keep a file for ever, and manifest.json says which name is the newest.
//
//   node build.mjs          (after `npm ci --ignore-scripts`)

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SOURCES = path.join(HERE, "static", "src");
const DIST = path.join(HERE, "static", "dist");
const ICONS = path.join(HERE, "node_modules", "@tabler", "icons", "icons");
const COMPRESSED = new Set([".js", ".css", ".svg"]);
// Below this a compressed answer saves less than its headers cost.
const COMPRESS_FROM_BYTES = 1024;
const BROWSERS = ["chrome111", "firefox115", "safari16.4"];

/** Output name (relative to dist, no hash) to hashed name. */
const manifest = {};

function remember(metafile) {
  for (const [output, facts] of Object.entries(metafile.outputs)) {
    if (!facts.entryPoint) continue;
    const plain = path.basename(facts.entryPoint).replace(/\.mjs$/, ".js");
    manifest[plain] = path.relative(DIST, path.join(HERE, output)).replaceAll(path.sep, "/");
  }
}

async function bundleModules() {
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: [path.join(SOURCES, "site.js")],
    outdir: DIST,
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    metafile: true,
    target: BROWSERS,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[name]-[hash]",
    legalComments: "linked",
    logLevel: "warning",
  });
  remember(result.metafile);
}

/** What must run before the first paint is no module: a module always waits for the document. */
async function bundleClassic() {
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: [path.join(SOURCES, "first-paint.js"), path.join(SOURCES, "site.css")],
    outdir: DIST,
    bundle: true,
    format: "iife",
    minify: true,
    metafile: true,
    target: BROWSERS,
    entryNames: "[name]-[hash]",
    legalComments: "linked",
    logLevel: "warning",
  });
  remember(result.metafile);
}

async function writeHashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  manifest[name] = `${stem}-${hash}${ext}`;
  await writeFile(path.join(DIST, manifest[name]), content);
}

/** One <symbol> per icon the templates may use; `#name` picks it. */
async function drawSprite() {
  const names = JSON.parse(await readFile(path.join(SOURCES, "icons.json"), "utf8"));
  const symbols = await Promise.all(
    names.map(async (name) => {
      const [style, file] = name.endsWith("-filled")
        ? ["filled", name.slice(0, -"-filled".length)]
        : ["outline", name];
      const drawing = await readFile(path.join(ICONS, style, `${file}.svg`), "utf8");
      const inner = drawing
        .replace(/^[\s\S]*?<svg[^>]*>/, "")
        .replace(/<\/svg>\s*$/, "")
        .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "")
        .replace(/\s*\n\s*/g, "");
      const paint =
        style === "filled"
          ? 'fill="currentColor"'
          : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
      return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${inner}</symbol>`;
    }),
  );
  await writeHashed(
    "icons.svg",
    `<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT licence -->${symbols.join("")}</svg>\n`,
  );
}

async function copyImages() {
  const folder = path.join(SOURCES, "images");
  for (const name of (await readdir(folder)).sort()) {
    await writeHashed(name, await readFile(path.join(folder, name)));
  }
}

/** Written beside the originals, where WhiteNoise looks for them. */
async function compressAll() {
  const brotli = promisify(brotliCompress);
  const squeeze = promisify(gzip);
  const names = (await readdir(DIST)).filter((name) => COMPRESSED.has(path.extname(name)));
  await Promise.all(
    names.map(async (name) => {
      const content = await readFile(path.join(DIST, name));
      if (content.length < COMPRESS_FROM_BYTES) return;
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
      await writeFile(path.join(DIST, `${name}.br`), await brotli(content, { params }));
      await writeFile(path.join(DIST, `${name}.gz`), await squeeze(content, { level: 9 }));
    }),
  );
}

async function main() {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  await Promise.all([bundleModules(), bundleClassic(), drawSprite(), copyImages()]);
  await compressAll();
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  await writeFile(path.join(DIST, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
  for (const [plain, hashed] of Object.entries(sorted)) console.log(`  ${plain} -> ${hashed}`);
}

await main();
