// A chart to a file: as it looks, or as its figures.
import { ActionIcon, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { usePlatform } from "@/platform/context";
import { pngOf } from "./save-chart";
import { done, failed } from "./toast";

export function SaveMenu({
  name,
  box,
  csv,
}: {
  /** Of the file, without its ending. */
  name: string;
  /** What the chart is drawn in. */
  box: RefObject<HTMLElement | null>;
  csv: () => Blob;
}) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const save = async (extension: "csv" | "png") => {
    try {
      const svg = box.current?.querySelector<SVGSVGElement>("svg.recharts-surface");
      const blob = extension === "csv" ? csv() : svg ? await pngOf(svg) : null;
      if (!blob) return;
      const where = await platform.saveBlob({ name: `${name}.${extension}`, extension }, blob);
      if (where !== null) done(t("companies.export.saved", { where }));
    } catch (error) {
      failed(error);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("companies.chart.save")}>
          <IconDownload size={16} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save("png")}>{t("companies.chart.png")}</Menu.Item>
        <Menu.Item onClick={() => void save("csv")}>{t("companies.chart.csv")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
