/** Drawings of the page as separate files. */

const DRAWN = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'vector-effect',
  'paint-order',
  'opacity',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
];

/** A copy of a drawing with the styles it has on the page written into it. */
export function styledCopy(drawing: SVGSVGElement): SVGSVGElement {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const [from, to] = [drawing.querySelectorAll('*'), copy.querySelectorAll('*')];
  to.forEach((node, i) => {
    const seen = getComputedStyle(from[i]!);
    for (const name of DRAWN) {
      const value = seen.getPropertyValue(name);
      if (value) node.setAttribute(name, value);
    }
    node.removeAttribute('class');
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return copy;
}

/** A drawing as pixels, two a unit. */
export async function rasterised(drawing: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([drawing], { type: 'image/svg+xml' }));
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = new OffscreenCanvas(2 * image.width, 2 * image.height);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return canvas.convertToBlob({ type: 'image/png' });
}
