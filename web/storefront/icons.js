/** Draws the icons of the installed app from `public/icon.svg`. Run it after a change of that file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const folder = new URL('public/', import.meta.url);
const svg = readFileSync(new URL('icon.svg', folder));
const green = '#1d5c47';

/** @param margin of each side that a device may cut off, as a share of the width */
async function draw(name, size, margin = 0) {
  const inner = Math.round(size * (1 - 2 * margin));
  const drawn = await sharp(svg, { density: (72 * inner) / 64 })
    .resize(inner, inner)
    .png()
    .toBuffer();
  const edge = Math.round((size - inner) / 2);
  const padded = sharp(drawn).extend({ top: edge, bottom: size - inner - edge, left: edge, right: size - inner - edge, background: green });
  const flat = margin > 0 ? padded.flatten({ background: green }) : padded;
  await flat.png({ palette: true, compressionLevel: 9 }).toFile(fileURLToPath(new URL(name, folder)));
}

await draw('icon-192.png', 192);
await draw('icon-512.png', 512);
await draw('icon-maskable-512.png', 512, 0.1);
await draw('apple-touch-icon.png', 180, 0.06);
