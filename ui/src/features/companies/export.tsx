import { Button, Menu } from "@mantine/core";
import { IconTableExport } from "@tabler/icons-react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { ExportFormat, MovementsExport } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

/** Which movements, and how many they are. */
export interface Exported {
  what: Omit<MovementsExport, "output" | "format" | "overwrite">;
  rows: number;
}

const FORMATS = ["xlsx", "csv"] as const;

/** Everything, or what a list shows at the moment, to a file that the person names. */
export function ExportMenu({
  all,
  seen,
  above,
  disabled,
}: {
  all: Exported;
  /** What a list shows, in its order; nothing where there is no list. */
  seen?: Exported | null;
  above?: boolean;
  disabled?: boolean;
}) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const exportTo = useExport();
  const counted = ({ rows }: Exported) => ({ count: rows, rows: count(rows) });
  return (
    <Menu position={above ? "top-end" : "bottom-end"}>
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
        {seen ? (
          <>
            <Menu.Label>{t("companies.export.seen", counted(seen))}</Menu.Label>
            {FORMATS.map((format) => (
              <Menu.Item
                key={format}
                disabled={seen.rows === 0}
                onClick={() => void exportTo(format, seen.what)}
              >
                {t(`companies.export.seen_${format}`)}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        ) : null}
        <Menu.Label>{t("companies.export.all", counted(all))}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void exportTo(format, all.what)}>
            {t(`companies.export.all_${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function useExport(): (format: ExportFormat, what: Exported["what"]) => Promise<void> {
  const { t } = useTranslation();
  const { count } = useFormat();
  const platform = usePlatform();
  const { mutateAsync } = useAction("movements.export");
  return useCallback(
    async (format, what) => {
      const [only, ...others] = what.companies ?? [];
      const of = only !== undefined && others.length === 0 ? `-${only.replace(":", "-")}` : "";
      const name = `${t("companies.export.file")}${of}.${format}`;
      try {
        let rows = 0;
        const where = await platform.saveFile({ name, extension: format }, async (output) => {
          // The dialog has asked already whether a file that is there is to be replaced.
          rows = (await mutateAsync({ ...what, output, format, overwrite: true })).rows;
        });
        if (where !== null) {
          done(t("companies.export.done", { count: rows, rows: count(rows), where }));
        }
      } catch (error) {
        failed(error);
      }
    },
    [t, count, platform, mutateAsync],
  );
}
