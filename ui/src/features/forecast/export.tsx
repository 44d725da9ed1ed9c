import { Button, Menu } from "@mantine/core";
import { IconTableExport } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

const FORMATS = ["xlsx", "csv"] as const;

/** The forecasts of all articles, month by month, to a file that the person names. */
export function ExportForecast({ nit, disabled }: { nit: string; disabled: boolean }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const platform = usePlatform();
  const { mutateAsync } = useAction("forecast.export");
  const save = async (format: (typeof FORMATS)[number]) => {
    try {
      let rows = 0;
      const wish = { name: `${t("forecast.export.file")}-${nit}.${format}`, extension: format };
      const where = await platform.saveFile(wish, async (path) => {
        // The dialog has asked already whether a file that is there is to be replaced.
        rows = (await mutateAsync({ nit, path, format, overwrite: true })).rows;
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
        <Button
          variant="default"
          leftSection={<IconTableExport size={15} aria-hidden="true" />}
          disabled={disabled}
        >
          {t("companies.export.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("forecast.export.what")}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void save(format)}>
            {t(`forecast.export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
