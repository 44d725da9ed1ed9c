import { Button, Checkbox, SegmentedControl, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDownload, IconUpload, IconWand } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones, Empty } from "@/components/empty";
import { LinkButton } from "@/components/link-button";
import { Filters, Search } from "@/components/list-page";
import { done, failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { MappingRow, MappingsChanged, SalesChannel } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { usePlatform } from "@/platform/context";
import { MAPPING_KINDS } from "@/routes";
import { BulkSuggestions } from "./bulk-suggestions";
import { SalesJobs } from "./jobs";
import { Misfits } from "./misfits";
import { Views } from "./sales";
import { TargetField } from "./target-field";

const PAGE = 100;

/** What the channel calls things, and what they are in the ledger; what sales wait for comes first. */
export function Mappings() {
  const { t } = useTranslation();
  const { channel: wanted } = useSearch({ from: "/facturacion" });
  const channels = useCommand("sales.channels.list", {}, { keep: true });
  const channel = channels.data?.find(({ id }) => id === wanted) ?? channels.data?.[0];
  return (
    <div className="page">
      <div className="page-body" data-scroll>
        <div className="page-head" style={{ flexWrap: "wrap" }}>
          <h1 className="grow" style={{ minWidth: "max-content" }}>
            {t("common.tab.sales")}
          </h1>
          <Views />
          {channel ? <Csv channel={channel} /> : null}
        </div>
        {channels.error ? <Trouble error={channels.error} /> : null}
        <SalesJobs />
        <Misfits />
        {channels.data && !channel ? (
          <Empty
            icon={IconWand}
            title={t("sales.mappings.none")}
            action={
              <LinkButton to="/facturacion" search={{ view: "steps" }}>
                {t("sales.begin")}
              </LinkButton>
            }
          >
            {t("sales.mappings.none_text")}
          </Empty>
        ) : null}
        {channel ? (
          <Table channel={channel} channels={channels.data ?? []} />
        ) : channels.isPending ? (
          <Bones lines={8} />
        ) : null}
      </div>
    </div>
  );
}

function Table({ channel, channels }: { channel: SalesChannel; channels: SalesChannel[] }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const { kind = "product" } = useSearch({ from: "/facturacion" });
  const navigate = useNavigate({ from: "/facturacion" });
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 250);
  const [missing, setMissing] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const name = String(channel.id);
  const page = useCommand(
    "sales.mappings.list",
    { channel: name, kind, text: asked, missing, limit },
    { keep: true },
  );
  const rows = page.data?.rows ?? [];
  const changed = useChanged();
  return (
    <>
      <Filters>
        {channels.length > 1 ? (
          <Select
            w={200}
            aria-label={t("sales.col.channel")}
            data={channels.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={name}
            onChange={(value) =>
              void navigate({ search: (old) => ({ ...old, channel: Number(value) }) })
            }
            allowDeselect={false}
          />
        ) : null}
        <SegmentedControl
          aria-label={t("sales.mappings.kinds")}
          data={MAPPING_KINDS.map((value) => ({ value, label: t(`sales.mapping.${value}`) }))}
          value={kind}
          onChange={(value) =>
            void navigate({ search: (old) => ({ ...old, kind: value as typeof kind }) })
          }
        />
        <Search width={200} label={t("sales.mappings.search")} value={text} onChange={setText} />
        <Checkbox
          label={t("sales.mappings.missing", {
            count: page.data?.missing ?? 0,
            n: count(page.data?.missing ?? 0),
          })}
          checked={missing}
          onChange={(event) => setMissing(event.currentTarget.checked)}
        />
        <div className="grow" />
        <BulkSuggestions channel={name} kind={kind} onChanged={changed} />
      </Filters>
      {page.error ? <Trouble error={page.error} /> : null}
      <section className="card" style={{ padding: 0, overflow: "auto" }}>
        <table className="plain" aria-label={t("sales.view.mappings")}>
          <thead>
            <tr>
              <th>{t("sales.mappings.source")}</th>
              <th className="num">{t("sales.mappings.sales")}</th>
              <th>{t("sales.mappings.now")}</th>
              <th>{t("sales.mappings.target")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={`${kind} ${row.source}`}
                row={row}
                channel={name}
                kind={kind}
                ledger={channel.ledger_id}
              />
            ))}
          </tbody>
        </table>
        {page.data && rows.length === 0 ? (
          <p className="dim" style={{ padding: 14 }}>
            {t("sales.mappings.nothing")}
          </p>
        ) : null}
      </section>
      {page.data && page.data.total > rows.length ? (
        <Button variant="default" onClick={() => setLimit(Math.min(1000, limit + PAGE))}>
          {t("sales.mappings.more", { shown: count(rows.length), total: count(page.data.total) })}
        </Button>
      ) : null}
    </>
  );
}

function useChanged() {
  const { t } = useTranslation();
  return ({ changes }: MappingsChanged) =>
    done(t("sales.mappings.changed", { count: changes.length }));
}

function Row({
  row,
  channel,
  kind,
  ledger,
}: {
  row: MappingRow;
  channel: string;
  ledger: number | null;
  kind: (typeof MAPPING_KINDS)[number];
}) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const set = useAction("sales.mappings.set");
  const changed = useChanged();
  const [target, setTarget] = useState(row.target ?? "");
  const [best] = row.suggestions;
  const change = (target: string | null) =>
    set.mutate(
      { channel, kind, changes: [{ source: row.source, target }] },
      { onSuccess: changed, onError: failed },
    );
  return (
    <tr>
      <td className="wrap" dir="auto">
        {row.label} {row.label === row.source ? null : <span className="dim">{row.source}</span>}
      </td>
      <td className="num">{count(row.sales)}</td>
      <td>
        {row.target ??
          (row.by_rule === null ? (
            <span style={{ color: "var(--bad)" }}>{t("sales.mappings.waits")}</span>
          ) : (
            <span className="dim">{t("sales.mappings.by_rule", { target: row.by_rule })}</span>
          ))}
      </td>
      <td>
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            change(target.trim() || null);
          }}
        >
          <TargetField
            kind={kind}
            ledger={ledger}
            label={t("sales.mappings.target_of", { source: row.label })}
            value={target}
            onChange={setTarget}
          />
          {target.trim() === (row.target ?? "") ? null : (
            <Button type="submit" variant="default" loading={set.isPending}>
              {t("common.save")}
            </Button>
          )}
          {best && row.target === null && target === "" ? (
            <Button
              variant="subtle"
              loading={set.isPending}
              onClick={() => {
                setTarget(best.target);
                change(best.target);
              }}
            >
              {t("sales.mappings.use", { target: best.target, label: best.label })}
            </Button>
          ) : null}
        </form>
      </td>
    </tr>
  );
}

function Csv({ channel }: { channel: SalesChannel }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const name = String(channel.id);
  const input = useRef<HTMLInputElement>(null);
  const bring = useAction("sales.mappings.import");
  const changed = useChanged();
  const save = async () => {
    try {
      const { csv } = await platform.call("sales.mappings.export", { channel: name });
      const wish = { name: `${t("sales.mappings.file")}.csv`, extension: "csv" };
      const where = await platform.saveBlob(wish, new Blob([csv], { type: "text/csv" }));
      if (where !== null) done(t("companies.export.saved", { where }));
    } catch (error) {
      failed(error);
    }
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDownload size={15} aria-hidden="true" />}
        onClick={() => void save()}
      >
        {t("sales.mappings.export")}
      </Button>
      <Button
        variant="default"
        leftSection={<IconUpload size={15} aria-hidden="true" />}
        loading={bring.isPending}
        onClick={() => input.current?.click()}
      >
        {t("sales.mappings.import")}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label={t("sales.mappings.import")}
        onChange={async (event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (!file) return;
          bring.mutate(
            { channel: name, csv: await file.text() },
            { onSuccess: changed, onError: failed },
          );
        }}
      />
    </>
  );
}
