import { Button, Menu } from "@mantine/core";
import { IconTableExport } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { ForecastPlaces, ForecastSearch } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

const FORMATS = ["xlsx", "csv"] as const;

/** The table of articles that is on screen, in its order, and how many they are. */
export interface Listed {
  table: ForecastSearch;
  articles: number;
}

/** What a file holds: the table that is seen, all articles month by month, or their totals. */
type What = ForecastSearch | "months" | "totals";

/** What the list shows, all articles month by month, or their totals, to a file that the person names. */
export function ExportForecast({
  nit,
  places,
  seen,
}: {
  nit: string;
  places: ForecastPlaces;
  seen: Listed | null;
}) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const platform = usePlatform();
  const { mutateAsync } = useAction("forecast.export");
  const save = async (format: (typeof FORMATS)[number], what: What) => {
    try {
      let rows = 0;
      const table = typeof what === "string" ? null : what;
      const totals = what === "totals" ? { nit, places } : null;
      const name = table ? "file_table" : totals ? "file_totals" : "file";
      const file = t(`forecast.export.${name}`);
      const wish = { name: `${file}-${nit}.${format}`, extension: format };
      const where = await platform.saveFile(wish, async (path) => {
        // The dialog has asked already whether a file that is there is to be replaced.
        const wish = { nit, path, format, table, totals, places, overwrite: true };
        rows = (await mutateAsync(wish)).rows;
      });
      if (where !== null) {
        done(t("forecast.export.done", { count: rows, rows: count(rows), where }));
      }
    } catch (error) {
      failed(error);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconTableExport size={15} aria-hidden="true" />}>
          {t("companies.export.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {seen ? (
          <>
            <Menu.Label>
              {t("forecast.export.seen", { count: seen.articles, articles: count(seen.articles) })}
            </Menu.Label>
            {FORMATS.map((format) => (
              <Menu.Item key={format} onClick={() => void save(format, seen.table)}>
                {t(`forecast.export.seen_${format}`)}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        ) : null}
        <Menu.Label>{t("forecast.export.what")}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void save(format, "months")}>
            {t(`forecast.export.${format}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("forecast.export.totals")}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void save(format, "totals")}>
            {t(`forecast.export.totals_${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
