import { Button } from "@mantine/core";
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconPlus,
  IconSearch,
  IconServer2,
} from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/empty";
import { type Column, Grid, type Order } from "@/components/grid";
import { ListPage, Search } from "@/components/list-page";
import { State } from "@/components/state";
import type { Server } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { useCompanyChoice } from "../shell/company";
import { SeeExample } from "../welcome/see-example";
import { addressOf } from "./draft";
import { ServerForm } from "./server-form";
import { ServerPanel } from "./server-panel";

const keyOf = ({ id }: Server) => String(id);

export default function Servers() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/servidores" });
  const navigate = useNavigate({ from: "/servidores" });
  const servers = useCommand("servers.list", {}, { keep: true });
  const here = useServersOfCompany();
  const [text, setText] = useState("");
  const [order, setOrder] = useState<Order>({ by: "name", descending: false });
  const all = servers.data ?? NONE;
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const fits = (server: Server) =>
      (here === null || here.has(server.id)) &&
      `${server.name} ${server.host} ${server.master}`.toLowerCase().includes(wanted);
    return sorted(all.filter(fits), order);
  }, [all, text, here, order]);
  const columns = useColumns();
  const close = useCallback(() => void navigate({ search: {}, replace: true }), [navigate]);
  const open = all.find((server) => server.id === search.open);
  const add = () => void navigate({ search: { open: "new" } });
  const back = (id: number) => void navigate({ search: { open: id }, replace: true });
  const addButton = (
    <Button leftSection={<IconPlus size={15} aria-hidden="true" />} onClick={add}>
      {t("servers.add")}
    </Button>
  );
  return (
    <ListPage
      title={t("common.tab.servers")}
      actions={
        <>
          <Search label={t("servers.search")} value={text} onChange={setText} />
          {addButton}
        </>
      }
      error={servers.error}
      panel={
        search.open === "new" ? (
          <ServerForm key="new" onClose={close} onSaved={back} />
        ) : open && search.edit ? (
          <ServerForm key={open.id} server={open} onClose={close} onSaved={() => back(open.id)} />
        ) : open ? (
          <ServerPanel
            server={open}
            onClose={close}
            onEdit={() => void navigate({ search: { open: open.id, edit: true }, replace: true })}
          />
        ) : null
      }
    >
      <Grid
        label={t("common.tab.servers")}
        columns={columns}
        count={rows.length}
        rowAt={(index) => rows[index]}
        keyOf={keyOf}
        order={order}
        onOrder={setOrder}
        open={open ? keyOf(open) : null}
        onOpen={({ id }) => back(id)}
        loading={servers.isPending}
        store="servers"
        empty={
          all.length === 0 ? (
            <Empty
              icon={IconServer2}
              title={t("servers.none")}
              action={
                <>
                  {addButton}
                  <SeeExample />
                </>
              }
            >
              {t("servers.none_text")}
            </Empty>
          ) : (
            <Empty icon={IconSearch} title={t("servers.none_fit")} />
          )
        }
      />
    </ListPage>
  );
}

const NONE: Server[] = [];

export function ServerStateView({ server }: { server: Server }) {
  const { t } = useTranslation();
  const { ago } = useFormat();
  if (server.checked_at === null) {
    return (
      <State tone="plain" icon={IconCircleDashed}>
        {t("servers.state.untested")}
      </State>
    );
  }
  return server.last_error === null ? (
    <State tone="good" icon={IconCircleCheck}>
      {t("servers.state.answers", { ago: ago(server.checked_at) })}
    </State>
  ) : (
    <State tone="bad" icon={IconCircleX}>
      {t("servers.state.silent", { ago: ago(server.checked_at) })}
    </State>
  );
}

function useColumns(): Column<Server>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        id: "name",
        title: t("servers.col.name"),
        width: 240,
        grows: true,
        sort: "name",
        cell: (server) => (
          <span className="strong" dir="auto">
            {server.name}
          </span>
        ),
      },
      {
        id: "state",
        title: t("servers.col.state"),
        width: 230,
        sort: "state",
        cell: (server) => <ServerStateView server={server} />,
      },
      {
        id: "kind",
        title: t("servers.col.kind"),
        width: 120,
        cell: (server) => t(`servers.kind.${server.kind}`),
      },
      {
        id: "address",
        title: t("servers.col.address"),
        width: 190,
        sort: "host",
        cell: addressOf,
      },
      { id: "user", title: t("servers.col.user"), width: 110, cell: (server) => server.user },
      {
        id: "master",
        title: t("servers.col.master"),
        width: 260,
        grows: true,
        cell: (server) => <span className="mono">{server.master}</span>,
      },
    ],
    [t],
  );
}

function useServersOfCompany(): Set<number> | null {
  const { nit } = useCompanyChoice();
  const companies = useCommand("companies.list", {}, { enabled: nit !== null });
  return useMemo(() => {
    if (nit === null || !companies.data) return null;
    return new Set(companies.data.filter((row) => row.nit === nit).map((row) => row.server_id));
  }, [nit, companies.data]);
}

function sorted(servers: Server[], { by, descending }: Order): Server[] {
  const value = (server: Server): string => {
    if (by === "host") return server.host;
    if (by === "state") return server.last_error ? "0" : server.checked_at ? "2" : "1";
    return server.name;
  };
  const sign = descending ? -1 : 1;
  return [...servers].sort(
    (a, b) => sign * value(a).localeCompare(value(b), undefined, { numeric: true }),
  );
}
