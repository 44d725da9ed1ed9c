import { Button, Select } from "@mantine/core";
import {
  IconBuilding,
  IconDownload,
  IconRefresh,
  IconRosetteDiscountCheck,
  IconSearch,
} from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid, type Order } from "@/components/grid";
import { LinkButton } from "@/components/link-button";
import { Chips, ListPage, Search } from "@/components/list-page";
import { SavedViews, type Shows } from "@/components/saved-views";
import { ProvenView } from "@/components/state";
import { done, failed } from "@/components/toast";
import type { CompanyRow } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import type { CompaniesSearch } from "@/routes";
import { useCompanyChoice } from "../shell/company";
import { SeeExample } from "../welcome/see-example";
import { CompanyJob, useCompanyJobs } from "./company-job";
import { CompanyPanel } from "./company-panel";
import { ExportMenu } from "./export";
import { ExtractDialog } from "./extract-dialog";

const STATES = ["active", "gone", "pending", "broken"] as const;

export const keyOf = ({ nit, fiscal_year }: { nit: string; fiscal_year: number }) =>
  `${nit}:${fiscal_year}`;

export default function Companies() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/empresas" });
  const navigate = useNavigate({ from: "/empresas" });
  const companies = useCommand("companies.list", {}, { keep: true });
  const { nit } = useCompanyChoice();
  const [order, setOrder] = useState<Order>({ by: "name", descending: false });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [extracting, setExtracting] = useState<string[] | null>(null);
  const all = companies.data ?? NONE;
  const rows = useMemo(
    () =>
      sorted(
        all.filter((row) => fits(row, search, nit)),
        order,
      ),
    [all, search, nit, order],
  );
  const set = (change: Partial<CompaniesSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const columns = useColumns();
  const { open: _, ...filters } = search;
  const shows = { ...filters, ...order };
  const apply = ({ by, descending, ...filters }: Shows) => {
    setOrder({ by: String(by ?? "name"), descending: descending === true });
    void navigate({ search: filters as CompaniesSearch, replace: true });
  };
  const open = all.find((row) => keyOf(row) === search.open);
  const close = useCallback(
    () => void navigate({ search: ({ open: _, ...old }) => old, replace: true }),
    [navigate],
  );
  const picked = [...chosen].filter((key) => all.some((row) => keyOf(row) === key));
  return (
    <>
      <ListPage
        title={t("common.tab.companies")}
        actions={
          <>
            <Discover />
            <Button
              leftSection={<IconDownload size={15} aria-hidden="true" />}
              onClick={() => setExtracting(picked)}
              disabled={all.length === 0}
            >
              {picked.length > 0
                ? t("companies.extract_some", { count: picked.length })
                : t("companies.extract_all")}
            </Button>
          </>
        }
        filters={
          <>
            <Narrowing search={search} set={set} all={all} />
            <div className="grow" />
            <SavedViews list="companies" shows={shows} onApply={apply} />
          </>
        }
        error={companies.error}
        foot={<Footer rows={rows} all={all} picked={picked} clear={() => setChosen(new Set())} />}
        panel={
          open ? (
            <CompanyPanel row={open} onClose={close} onExtract={(key) => setExtracting([key])} />
          ) : null
        }
      >
        <Grid
          label={t("common.tab.companies")}
          columns={columns}
          count={rows.length}
          rowAt={(index) => rows[index]}
          keyOf={keyOf}
          order={order}
          onOrder={setOrder}
          open={search.open ?? null}
          onOpen={(row) => set({ open: keyOf(row) })}
          chosen={chosen}
          onChoose={setChosen}
          allKeys={() => rows.map(keyOf)}
          loading={companies.isPending}
          store="companies"
          empty={<None filtered={all.length > 0} clear={() => void navigate({ search: {} })} />}
        />
      </ListPage>
      {extracting ? (
        <ExtractDialog
          companies={extracting}
          names={all}
          onClose={() => setExtracting(null)}
          onStarted={() => setChosen(new Set())}
        />
      ) : null}
    </>
  );
}

const NONE: CompanyRow[] = [];

function useColumns(): Column<CompanyRow>[] {
  const { t } = useTranslation();
  const { count, ago, moment } = useFormat();
  const jobs = useCompanyJobs();
  return useMemo(
    () => [
      {
        id: "name",
        title: t("companies.col.name"),
        width: 250,
        grows: true,
        sort: "name",
        cell: (row) => (
          <Link
            className="link"
            to="/empresas/$nit"
            params={{ nit: row.nit }}
            search={{ year: row.fiscal_year }}
            tabIndex={-1}
            dir="auto"
          >
            {row.name}
          </Link>
        ),
      },
      {
        id: "nit",
        title: t("companies.col.nit"),
        width: 122,
        align: "right",
        sort: "nit",
        cell: (row) => row.nit_written,
      },
      {
        id: "year",
        title: t("companies.col.year"),
        width: 70,
        align: "right",
        sort: "year",
        cell: (row) => row.fiscal_year,
      },
      {
        id: "server",
        title: t("companies.col.server"),
        width: 150,
        sort: "server",
        cell: (row) => <span dir="auto">{row.server}</span>,
      },
      {
        id: "movements",
        title: t("companies.col.movements"),
        width: 110,
        align: "right",
        sort: "movements",
        cell: (row) => (row.held ? count(row.held.movements) : ""),
      },
      {
        id: "last",
        title: t("companies.col.last"),
        width: 140,
        sort: "last",
        cell: (row) => {
          const job = jobs.get(row.id);
          if (job) return <CompanyJob job={job} />;
          if (!row.last) return <span className="dim">{t("companies.never")}</span>;
          return <span title={moment(row.last.finished_at)}>{ago(row.last.finished_at)}</span>;
        },
      },
      {
        id: "proven",
        title: t("companies.col.proven"),
        width: 130,
        sort: "proven",
        cell: (row) =>
          row.state === "gone" ? (
            <span className="dim">{t("companies.state.gone")}</span>
          ) : (
            <ProvenView proven={row.proven} />
          ),
      },
    ],
    [t, count, ago, moment, jobs],
  );
}

function Narrowing({
  search,
  set,
  all,
}: {
  search: CompaniesSearch;
  set: (change: Partial<CompaniesSearch>) => void;
  all: CompanyRow[];
}) {
  const { t } = useTranslation();
  const years = [...new Set(all.map((row) => row.fiscal_year))].sort((a, b) => b - a);
  const servers = [...new Set(all.map((row) => row.server))].sort();
  return (
    <>
      <Search
        width={260}
        label={t("companies.search")}
        value={search.text ?? ""}
        onChange={(text) => set({ text: text || undefined })}
      />
      <Select
        w={110}
        aria-label={t("companies.col.year")}
        placeholder={t("companies.all_years")}
        data={years.map(String)}
        value={search.year === undefined ? null : String(search.year)}
        onChange={(year) => set({ year: year === null ? undefined : Number(year) })}
        clearable
        clearButtonProps={{ "aria-label": t("companies.all_years") }}
      />
      <Select
        w={190}
        aria-label={t("companies.col.server")}
        placeholder={t("companies.all_servers")}
        data={servers}
        value={search.server ?? null}
        onChange={(server) => set({ server: server ?? undefined })}
        clearable
        searchable
        clearButtonProps={{ "aria-label": t("companies.all_servers") }}
      />
      <Chips
        values={STATES}
        chosen={search.state ? [search.state] : []}
        text={(state) => t(`companies.state.${state}`)}
        onToggle={(state) => set({ state: search.state === state ? undefined : state })}
      />
    </>
  );
}

/** "Sincronizar" is discovery: which companies the servers list now. */
function Discover() {
  const { t } = useTranslation();
  const discover = useAction("companies.discover");
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={15} aria-hidden="true" />}
      loading={discover.isPending}
      onClick={() =>
        discover.mutate({}, { onSuccess: () => done(t("companies.discovering")), onError: failed })
      }
    >
      {t("companies.discover")}
    </Button>
  );
}

function Footer({
  rows,
  all,
  picked,
  clear,
}: {
  rows: CompanyRow[];
  all: CompanyRow[];
  picked: string[];
  clear: () => void;
}) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const prove = useAction("movements.prove");
  const of = picked.length > 0 ? all.filter((row) => picked.includes(keyOf(row))) : rows;
  const movements = of.reduce((sum, row) => sum + (row.held?.movements ?? 0), 0);
  const totals = { count: of.length, companies: count(of.length), movements: count(movements) };
  return (
    <div className="row" style={{ minHeight: 30 }}>
      <span className="grow dim num-left" role="status">
        {picked.length > 0 ? t("companies.picked", totals) : t("companies.shown", totals)}
      </span>
      {picked.length > 0 ? (
        <>
          <Button variant="subtle" onClick={clear}>
            {t("companies.clear")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconRosetteDiscountCheck size={15} aria-hidden="true" />}
            loading={prove.isPending}
            onClick={() =>
              prove.mutate(
                { companies: picked },
                { onSuccess: () => done(t("companies.proving")), onError: failed },
              )
            }
          >
            {t("companies.prove")}
          </Button>
          <ExportMenu above all={{ what: { companies: picked }, rows: movements }} />
        </>
      ) : null}
    </div>
  );
}

function None({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  const { t } = useTranslation();
  const servers = useCommand("servers.list", {});
  if (filtered) {
    return (
      <Empty
        icon={IconSearch}
        title={t("companies.none_fit")}
        action={
          <Button variant="default" onClick={clear}>
            {t("common.clear_filters")}
          </Button>
        }
      />
    );
  }
  const empty = servers.data?.length === 0;
  return (
    <Empty
      icon={IconBuilding}
      title={t("companies.none")}
      action={
        empty ? (
          <>
            <LinkButton to="/servidores" search={{ open: "new" }}>
              {t("servers.add")}
            </LinkButton>
            <SeeExample />
          </>
        ) : (
          <Discover />
        )
      }
    >
      {empty ? t("companies.none_server") : t("companies.none_text")}
    </Empty>
  );
}

function fits(row: CompanyRow, search: CompaniesSearch, nit: string | null): boolean {
  const text = search.text?.trim().toLowerCase();
  return (
    (nit === null || row.nit === nit) &&
    (search.year === undefined || row.fiscal_year === search.year) &&
    (search.server === undefined || row.server === search.server) &&
    (search.state === undefined || inState(row, search.state)) &&
    (!text ||
      `${row.name} ${row.nit} ${row.nit_written} ${row.fiscal_year} ${row.server}`
        .toLowerCase()
        .includes(text))
  );
}

function inState(row: CompanyRow, state: (typeof STATES)[number]): boolean {
  if (state === "pending") return row.state === "active" && row.last === null;
  if (state === "broken") return row.proven === false;
  return row.state === state;
}

function sorted(rows: CompanyRow[], { by, descending }: Order): CompanyRow[] {
  const value = (row: CompanyRow): string | number => {
    switch (by) {
      case "nit":
        return row.nit;
      case "year":
        return row.fiscal_year;
      case "server":
        return row.server;
      case "movements":
        return row.held?.movements ?? -1;
      case "last":
        return row.last?.finished_at ?? "";
      case "proven":
        return row.proven === null ? 1 : row.proven ? 2 : 0;
      default:
        return row.name;
    }
  };
  const order = (a: string | number, b: string | number) =>
    typeof a === "string" && typeof b === "string" ? a.localeCompare(b) : Number(a) - Number(b);
  const sign = descending ? -1 : 1;
  return [...rows].sort(
    (a, b) => sign * order(value(a), value(b)) || b.fiscal_year - a.fiscal_year,
  );
}
