/** Hands a figure to the person as a file: SVG as it is, PNG drawn from it at twice its size. */
import { AppError } from "#common/errors.ts";
import { downloadFile } from "../ui/download-file.ts";

/** A drawing that needs nothing else. */
export interface Figure {
  readonly svg: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

export const FIGURE_FORMATS = ["png", "svg"] as const;
export type FigureFormat = (typeof FIGURE_FORMATS)[number];

const PNG_SCALE = 2;
/** Sides and area of a canvas that every browser makes. */
const MOST_SIDE_PX = 16_384;
const MOST_AREA_PX = 120e6;

/** The figure of a drawing, whose size it says itself. */
export function figureOf(svg: string): Figure {
  const [, widthPx, heightPx] = /^<svg[^>]* width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  if (widthPx === undefined || heightPx === undefined) throw new Error("a figure has no size");
  return { svg, widthPx: Number(widthPx), heightPx: Number(heightPx) };
}

/**
 * @param name of the file without its ending; what file systems refuse is replaced
 * @throws AppError too-large where the browser cannot make a bitmap of that size
 */
export async function saveFigure(
  { svg, widthPx, heightPx }: Figure,
  { name, format }: { name: string; format: FigureFormat },
): Promise<void> {
  const drawing = new Blob([svg], { type: "image/svg+xml" });
  const file = format === "svg" ? drawing : await toBitmap(drawing, { widthPx, heightPx });
  downloadFile(file, `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "_")}.${format}`);
}

async function toBitmap(drawing: Blob, { widthPx, heightPx }: Omit<Figure, "svg">): Promise<Blob> {
  const scale = Math.min(
    PNG_SCALE,
    MOST_SIDE_PX / Math.max(widthPx, heightPx),
    Math.sqrt(MOST_AREA_PX / (widthPx * heightPx)),
  );
  const url = URL.createObjectURL(drawing);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(widthPx * scale);
    canvas.height = Math.round(heightPx * scale);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("the browser offers no 2D canvas");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const bitmap = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (bitmap === null) {
      throw new AppError({
        code: "too-large",
        what: `the browser cannot make a bitmap of ${canvas.width} × ${canvas.height} pixels`,
        todo: "save it as SVG",
      });
    }
    return bitmap;
  } finally {
    URL.revokeObjectURL(url);
  }
}
