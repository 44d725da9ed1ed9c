import type { TFunction } from "i18next";
import type { MonthRow } from "@/generated/commands";

/** As spreadsheets of Latin America open it: a mark of UTF-8, semicolons, decimal commas. */
export function csvOf(months: MonthRow[], t: TFunction): Blob {
  const fields = ["sales", "returns", "net_sales", "purchases", "quantity"] as const;
  const head = [
    t("companies.month.month"),
    t("companies.month.movements"),
    ...fields.map((field) => t(`companies.month.${field}`)),
  ];
  const lines = months.map((row) => [
    row.month,
    String(row.movements),
    ...fields.map((field) => row[field].replace(".", ",")),
  ]);
  return csvFile([head, ...lines]);
}

/** Lines of cells, whose amounts have decimal commas already. */
export function csvFile(lines: string[][]): Blob {
  const text = lines.map((line) => line.map(quoted).join(";")).join("\r\n");
  return new Blob([`\uFEFF${text}\r\n`], { type: "text/csv" });
}

function quoted(cell: string): string {
  return /[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Draws the chart at twice its size, with the colours it has on screen. */
export async function pngOf(svg: SVGSVGElement): Promise<Blob> {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  paint(svg, copy);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.fillStyle = getComputedStyle(document.body).backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  );
}

/** Colours come from variables of the page, which a picture does not have. */
function paint(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of ["fill", "stroke", "font-family", "font-size"]) {
    (to as SVGElement).style.setProperty(name, style.getPropertyValue(name));
  }
  for (const [at, child] of [...from.children].entries()) {
    const other = to.children[at];
    if (other) paint(child, other);
  }
}
