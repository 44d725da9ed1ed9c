import { Button, Menu } from "@mantine/core";
import { IconDownload, IconTableExport } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { MarginBy, SalePage, SalesFilter, SalesSort } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

const FORMATS = ["xlsx", "csv"] as const;
type Format = (typeof FORMATS)[number];

/** Writes rows to a file that the person names, and says how many. */
function useSaveRows() {
  const { t } = useTranslation();
  const { count } = useFormat();
  const platform = usePlatform();
  return async (
    file: string,
    format: Format,
    write: (output: string) => Promise<{ rows: number }>,
  ) => {
    try {
      let rows = 0;
      const wish = { name: `${file}.${format}`, extension: format };
      const where = await platform.saveFile(wish, async (output) => {
        rows = (await write(output)).rows;
      });
      if (where !== null) {
        done(t("companies.export.done", { count: rows, rows: count(rows), where }));
      }
    } catch (error) {
      failed(error);
    }
  };
}

/** The list of sales as it is shown, to a file. */
export function ExportSales({
  filter,
  sort,
  ascending,
  rows,
}: {
  filter: SalesFilter;
  sort: SalesSort;
  ascending: boolean;
  rows: number;
}) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const save = useSaveRows();
  const { mutateAsync } = useAction("sales.export");
  const attempts = useAttempts(filter);
  return (
    <Exports
      label={t("sales.export.seen", { count: rows, sales: count(rows) })}
      disabled={rows === 0}
      onChoose={(format) =>
        save(t("sales.export.file"), format, (output) =>
          // The dialog has asked already whether a file that is there is to be replaced.
          mutateAsync({ filter, sort, ascending, output, format, overwrite: true }),
        )
      }
      more={{ label: t("sales.attempt.all"), of: "attempts", onChoose: attempts }}
    />
  );
}

/** Every attempt at sending one sale, to a file. */
export function ExportAttempts({ sale }: { sale: number }) {
  const { t } = useTranslation();
  return <Exports label={t("sales.attempt.all")} onChoose={useAttempts({ ids: [sale] })} />;
}

function useAttempts(filter: SalesFilter) {
  const { t } = useTranslation();
  const save = useSaveRows();
  const { mutateAsync } = useAction("sales.attempts.export");
  return (format: Format) =>
    save(t("sales.attempt.file"), format, (output) =>
      mutateAsync({ filter, output, format, overwrite: true }),
    );
}

/** What sales earned, as it is grouped or amount by amount, to a file. */
export function ExportMargin({
  by,
  filter,
  currency,
}: {
  by: MarginBy;
  filter: SalesFilter;
  currency: string | null;
}) {
  const { t } = useTranslation();
  const save = useSaveRows();
  const { mutateAsync } = useAction("sales.margin.export");
  const write = (format: Format, amounts: boolean) =>
    save(t("sales.margin.file"), format, (output) =>
      mutateAsync({ by, filter, currency, amounts, output, format, overwrite: true }),
    );
  return (
    <Exports
      label={t("sales.export.margin")}
      onChoose={(format) => write(format, false)}
      more={{
        label: t("sales.export.amounts"),
        of: "amounts",
        onChoose: (format) => write(format, true),
      }}
    />
  );
}

function Exports({
  label,
  disabled,
  onChoose,
  more,
}: {
  label: string;
  disabled?: boolean;
  onChoose: (format: Format) => Promise<void>;
  more?: {
    label: string;
    of: "amounts" | "attempts";
    onChoose: (format: Format) => Promise<void>;
  };
}) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconTableExport size={15} aria-hidden="true" />}
          disabled={disabled ?? false}
        >
          {t("companies.export.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{label}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void onChoose(format)}>
            {t(`sales.export.${format}`)}
          </Menu.Item>
        ))}
        {more ? (
          <>
            <Menu.Divider />
            <Menu.Label>{more.label}</Menu.Label>
            {FORMATS.map((format) => (
              <Menu.Item key={`more ${format}`} onClick={() => void more.onChoose(format)}>
                {t(`sales.export.${more.of}_${format}`)}
              </Menu.Item>
            ))}
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Saves what is kept of an invoice: as it is printed, and as it is signed. */
export function Documents({ page: { row, invoice } }: { page: SalePage }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const { mutateAsync } = useAction("sales.document");
  if (!invoice) return null;
  const kept = (["pdf", "xml"] as const).filter((document) => invoice[document] !== null);
  const save = async (document: "pdf" | "xml") => {
    try {
      const wish = { name: `${invoice.number || row.key}.${document}`, extension: document };
      const where = await platform.saveFile(wish, async (output) => {
        await mutateAsync({ sale: String(row.id), document, output, overwrite: true });
      });
      if (where !== null) done(t("companies.export.saved", { where }));
    } catch (error) {
      failed(error);
    }
  };
  return kept.map((document) => (
    <Button
      key={document}
      variant="default"
      size="compact-sm"
      leftSection={<IconDownload size={15} aria-hidden="true" />}
      onClick={() => void save(document)}
    >
      {t("sales.export.document", { what: document.toUpperCase() })}
    </Button>
  ));
}
