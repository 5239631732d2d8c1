/** Hands a figure to the person as a file: SVG as it is, PNG drawn from it at twice its size. */
import { downloadFile } from "../../ui/download-file.ts";
import type { ComparisonFigure } from "./comparison-figure.ts";

const PNG_SCALE = 2;

export async function saveFigure(
  { svg, widthPx, heightPx }: ComparisonFigure,
  { name, format }: { name: string; format: "svg" | "png" },
): Promise<void> {
  const drawing = new Blob([svg], { type: "image/svg+xml" });
  const file = format === "svg" ? drawing : await toBitmap(drawing, { widthPx, heightPx });
  downloadFile(file, `${name}.${format}`);
}

async function toBitmap(drawing: Blob, { widthPx, heightPx }: { widthPx: number; heightPx: number }): Promise<Blob> {
  const url = URL.createObjectURL(drawing);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = widthPx * PNG_SCALE;
    canvas.height = heightPx * PNG_SCALE;
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("the browser offers no 2D canvas");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob === null ? reject(new Error("the picture is too large")) : resolve(blob)),
        "image/png",
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
