import { Button } from "@mantine/core";
import {
  IconDownload,
  IconFileImport,
  IconPlus,
  IconSearch,
  IconShieldLock,
} from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid, type Order } from "@/components/grid";
import { LinkButton } from "@/components/link-button";
import { Chips, ListPage, Search } from "@/components/list-page";
import type { Server, Vpn } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { CreateForm } from "./create-form";
import { ImportForm } from "./import-form";
import {
  endpointOf,
  lookOf,
  type Seen,
  seenOf,
  useSince,
  type VpnLook,
  VpnStateView,
} from "./looks";
import { Relogin } from "./relogin";
import { ExportDialog } from "./secrets";
import { Setups } from "./setup";
import { VpnPanel } from "./vpn-panel";

/** Between two looks at tunnels: ages and bytes move by themselves, and a service may end unseen. */
const LOOK_MS = 5_000;

interface Row {
  vpn: Seen;
  /** Names of the servers that are reached through it. */
  servers: string[];
}

const keyOf = ({ vpn }: Row) => String(vpn.id);
const NO_VPNS: Vpn[] = [];
const NO_SERVERS: Server[] = [];

export default function Vpns() {
  const { t } = useTranslation();
  const { open, edit } = useSearch({ from: "/vpn" });
  const navigate = useNavigate({ from: "/vpn" });
  const vpns = useCommand("vpn.list", {}, { keep: true, every: LOOK_MS });
  const wholePc = useCommand("vpn.whole_pc", {}, { keep: true, every: LOOK_MS });
  const servers = useCommand("servers.list", {}, { keep: true }).data ?? NO_SERVERS;
  const setups = useCommand("vpn.setup.list", {}, { keep: true }).data ?? [];
  const [text, setText] = useState("");
  const [looks, setLooks] = useState<VpnLook[]>([]);
  const [exporting, setExporting] = useState(false);
  const [order, setOrder] = useState<Order>({ by: "name", descending: false });
  const { data: known = NO_VPNS, dataUpdatedAt: at } = vpns;
  const { data: pc, dataUpdatedAt: pcAt } = wholePc;
  const all = useMemo(() => known.map((vpn) => seenOf(vpn, at, pc, pcAt)), [known, at, pc, pcAt]);
  const present = useMemo(() => [...new Set(all.map(lookOf))], [all]);
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const found = all
      .map((vpn) => ({ vpn, servers: throughIt(vpn, servers) }))
      .filter(({ vpn, servers }) => {
        const words = `${vpn.name} ${endpointOf(vpn.tunnel)} ${vpn.tunnel.addresses} ${vpn.remote?.host ?? ""} ${servers}`;
        return (
          words.toLowerCase().includes(wanted) &&
          (looks.length === 0 || looks.includes(lookOf(vpn)))
        );
      });
    return sorted(found, order);
  }, [all, servers, text, looks, order]);
  const close = useCallback(() => void navigate({ search: {}, replace: true }), [navigate]);
  const show = (id: number) => void navigate({ search: { open: id }, replace: true });
  const clear = () => {
    setText("");
    setLooks([]);
  };
  const usable = rows.filter(({ vpn }) => vpn.state === "active").map(({ vpn }) => vpn);
  const shown = all.find(({ id }) => id === open);
  return (
    <>
      <ListPage
        title={t("common.tab.vpn")}
        actions={
          <>
            {usable.length > 0 ? (
              <Button
                variant="default"
                leftSection={<IconDownload size={15} aria-hidden="true" />}
                onClick={() => setExporting(true)}
              >
                {t("vpn.export.button")}
              </Button>
            ) : null}
            <Add />
          </>
        }
        filters={
          all.length + setups.length > 0 ? (
            <>
              <Search label={t("vpn.search")} value={text} onChange={setText} />
              <Chips
                values={present}
                chosen={looks}
                text={(look) => t(`vpn.state.${look}`)}
                onToggle={(look) =>
                  setLooks((old) =>
                    old.includes(look) ? old.filter((other) => other !== look) : [...old, look],
                  )
                }
              />
              {setups.length > 0 ? (
                <Link to="/vpn" search={{ open: "setups" }}>
                  {t("vpn.setup.list")}
                </Link>
              ) : null}
            </>
          ) : null
        }
        error={vpns.error}
        panel={
          open === "new" ? (
            <CreateForm onClose={close} onMade={show} />
          ) : open === "import" ? (
            <ImportForm onClose={close} onMade={show} />
          ) : open === "setups" ? (
            <Setups onClose={close} />
          ) : shown?.remote && edit ? (
            <Relogin key={shown.id} vpn={shown} onClose={() => show(shown.id)} />
          ) : shown ? (
            <VpnPanel
              key={shown.id}
              vpn={shown}
              wholePc={pc}
              servers={servers.filter(({ options }) => options.vpn === shown.id)}
              onClose={close}
            />
          ) : null
        }
      >
        <Grid
          label={t("vpn.list")}
          columns={useColumns()}
          count={rows.length}
          rowAt={(index) => rows[index]}
          keyOf={keyOf}
          order={order}
          onOrder={setOrder}
          open={typeof open === "number" ? String(open) : null}
          onOpen={({ vpn }) => show(vpn.id)}
          loading={vpns.isPending}
          store="vpn"
          empty={
            all.length === 0 ? (
              <Empty icon={IconShieldLock} title={t("vpn.none")} action={<Add />}>
                {t("vpn.none_text")}
              </Empty>
            ) : (
              <Empty
                icon={IconSearch}
                title={t("vpn.none_fit")}
                action={
                  <Button variant="default" onClick={clear}>
                    {t("common.clear_filters")}
                  </Button>
                }
              />
            )
          }
        />
      </ListPage>
      {exporting ? <ExportDialog vpns={usable} onClose={() => setExporting(false)} /> : null}
    </>
  );
}

function Add() {
  const { t } = useTranslation();
  return (
    <>
      <LinkButton
        to="/vpn"
        search={{ open: "import" }}
        variant="default"
        leftSection={<IconFileImport size={15} aria-hidden="true" />}
      >
        {t("vpn.import.button")}
      </LinkButton>
      <LinkButton
        to="/vpn"
        search={{ open: "new" }}
        leftSection={<IconPlus size={15} aria-hidden="true" />}
      >
        {t("vpn.create.button")}
      </LinkButton>
    </>
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const since = useSince();
  return useMemo(
    () => [
      {
        id: "name",
        title: t("vpn.col.name"),
        width: 180,
        grows: true,
        sort: "name",
        cell: ({ vpn }) => (
          <span className="strong" dir="auto">
            {vpn.name}
          </span>
        ),
      },
      {
        id: "state",
        title: t("vpn.col.state"),
        width: 150,
        sort: "state",
        cell: ({ vpn }) => <VpnStateView vpn={vpn} />,
      },
      {
        id: "servers",
        title: t("vpn.col.servers"),
        width: 200,
        grows: true,
        cell: ({ servers }) => (
          <span dir="auto" title={servers.join(", ")}>
            {servers.join(", ")}
          </span>
        ),
      },
      {
        id: "handshake",
        title: t("vpn.col.handshake"),
        width: 120,
        cell: ({ vpn: { status, at } }) => (status ? since(status.handshake_seconds, at) : ""),
      },
      {
        id: "received",
        title: t("vpn.col.received"),
        width: 90,
        align: "right",
        cell: ({ vpn: { status } }) => (status ? bytes(status.received) : ""),
      },
      {
        id: "sent",
        title: t("vpn.col.sent"),
        width: 90,
        align: "right",
        cell: ({ vpn: { status } }) => (status ? bytes(status.sent) : ""),
      },
      {
        id: "endpoint",
        title: t("vpn.col.endpoint"),
        width: 170,
        sort: "endpoint",
        cell: ({ vpn }) => vpn.status?.endpoint ?? endpointOf(vpn.tunnel),
      },
      {
        id: "address",
        title: t("vpn.col.address"),
        width: 130,
        sort: "address",
        cell: ({ vpn }) => vpn.tunnel.addresses.join(", "),
      },
      {
        id: "origin",
        title: t("vpn.col.origin"),
        width: 180,
        cell: ({ vpn: { remote } }) =>
          remote ? t("vpn.made_on", { host: remote.host }) : t("vpn.imported"),
      },
    ],
    [t, bytes, since],
  );
}

function throughIt({ id }: Vpn, servers: Server[]): string[] {
  return servers.filter(({ options }) => options.vpn === id).map(({ name }) => name);
}

function sorted(rows: Row[], { by, descending }: Order): Row[] {
  const value = ({ vpn }: Row): string => {
    if (by === "state") return lookOf(vpn);
    if (by === "endpoint") return endpointOf(vpn.tunnel);
    if (by === "address") return vpn.tunnel.addresses.join();
    return vpn.name;
  };
  const sign = descending ? -1 : 1;
  return [...rows].sort(
    (a, b) => sign * value(a).localeCompare(value(b), undefined, { numeric: true }),
  );
}
