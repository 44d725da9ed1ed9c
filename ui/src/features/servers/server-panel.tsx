import { Button } from "@mantine/core";
import { IconPencil, IconPlugConnected, IconRefresh, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { LinkButton } from "@/components/link-button";
import { Panel } from "@/components/panel";
import { done, failed } from "@/components/toast";
import { TroubleView } from "@/components/trouble";
import type { Server } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { VpnStateView } from "../vpn/looks";
import { addressOf } from "./draft";
import { Grants } from "./grants";
import { ServerStateView } from "./servers";
import { SqlServerFacts } from "./sql-server";
import { TestedView, Warnings } from "./tested";

export function ServerPanel({
  server,
  onClose,
  onEdit,
}: {
  server: Server;
  onClose: () => void;
  onEdit: () => void;
}) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const test = useAction("servers.test");
  const discover = useAction("companies.discover");
  const [removing, setRemoving] = useState(false);
  const companies = useCommand("companies.list", {}).data ?? [];
  const own = companies.filter((company) => company.server_id === server.id);
  const { options } = server;
  const sells = server.warnings.includes("no_companies");
  const isIntegrated = server.kind === "sqlserver" && options.sql_server?.integrated === true;
  return (
    <Panel
      title={server.name}
      sub={<ServerStateView server={server} />}
      onClose={onClose}
      foot={
        <>
          <Button
            leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
            loading={test.isPending}
            onClick={() => test.mutate({ server: String(server.id) })}
          >
            {t("servers.test")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconPencil size={15} aria-hidden="true" />}
            onClick={onEdit}
          >
            {t("servers.edit")}
          </Button>
          <div className="grow" />
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={15} aria-hidden="true" />}
            onClick={() => setRemoving(true)}
          >
            {t("servers.remove")}
          </Button>
        </>
      }
    >
      <div className="stack" data-gap="big">
        {test.data ? (
          <TestedView tested={test.data} />
        ) : (
          <Warnings names={server.last_error ? [] : server.warnings} />
        )}
        {server.last_error && !test.isPending ? <TroubleView view={server.last_error} /> : null}
        <dl className="facts">
          <dt>{t("servers.col.kind")}</dt>
          <dd>{t(`servers.kind.${server.kind}`)}</dd>
          {server.kind !== "files" ? (
            <>
              <dt>{t("servers.col.address")}</dt>
              <dd>{addressOf(server)}</dd>
              {options.vpn == null ? null : <Through id={options.vpn} />}
              <dt>{t("servers.col.user")}</dt>
              <dd>{isIntegrated ? t("servers.integrated") : server.user}</dd>
              <dt>{t("servers.field.password")}</dt>
              <dd>
                {server.has_password ? t("servers.password.kept") : t("servers.password.none")}
              </dd>
            </>
          ) : null}
          {server.kind === "sqlserver" ? <SqlServerFacts server={server} /> : null}
          <dt>{t("servers.col.master")}</dt>
          <dd className="mono">{server.master}</dd>
          <dt>{t("servers.field.profile")}</dt>
          <dd>{server.profile}</dd>
          {options.quiet_hours ? (
            <>
              <dt>{t("servers.field.quiet")}</dt>
              <dd>
                {options.quiet_hours.from}–{options.quiet_hours.to} ({options.quiet_hours.zone})
              </dd>
            </>
          ) : null}
          {server.checked_at ? (
            <>
              <dt>{t("servers.checked")}</dt>
              <dd>{moment(server.checked_at)}</dd>
            </>
          ) : null}
          <dt>{t("common.tab.companies")}</dt>
          <dd>
            {own.length === 0
              ? t(sells ? "servers.companies_never" : "servers.companies_none")
              : t("servers.companies", { count: own.length })}
          </dd>
        </dl>
        {sells ? (
          <LinkButton
            variant="default"
            style={{ alignSelf: "flex-start" }}
            to="/facturacion"
            search={{ view: "steps", setup: "source" }}
          >
            {t("sales.source_form.connect")}
          </LinkButton>
        ) : (
          <Button
            variant="default"
            style={{ alignSelf: "flex-start" }}
            leftSection={<IconRefresh size={15} aria-hidden="true" />}
            loading={discover.isPending}
            onClick={() =>
              discover.mutate(
                { servers: [server.name] },
                { onSuccess: () => done(t("companies.discovering")), onError: failed },
              )
            }
          >
            {t("companies.discover")}
          </Button>
        )}
        {server.kind !== "files" ? <Grants server={server} /> : null}
      </div>
      {removing ? (
        <Remove
          server={server}
          companies={own.length}
          onGone={onClose}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </Panel>
  );
}

/** The VPN that leads to it. */
function Through({ id }: { id: number }) {
  const { t } = useTranslation();
  const vpn = useCommand("vpn.list", {}).data?.find((vpn) => vpn.id === id);
  if (!vpn) return null;
  return (
    <>
      <dt>{t("servers.field.vpn")}</dt>
      <dd className="row" data-wrap>
        <Link to="/vpn" search={{ open: id }} dir="auto">
          {vpn.name}
        </Link>
        <VpnStateView vpn={vpn} />
      </dd>
    </>
  );
}

function Remove({
  server,
  companies,
  onGone,
  onClose,
}: {
  server: Server;
  companies: number;
  onGone: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const remove = useAction("servers.remove");
  return (
    <Confirm
      title={t("servers.removal.title", { name: server.name })}
      verb={t("servers.removal.verb")}
      typed={server.name}
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync({ server: String(server.id) });
        done(t("servers.removal.done", { name: server.name }));
        onGone();
      }}
    >
      <p>
        {companies === 0
          ? t("servers.removal.text")
          : t("servers.removal.text_companies", { count: companies })}
      </p>
      <p>{t("servers.removal.erp")}</p>
    </Confirm>
  );
}
