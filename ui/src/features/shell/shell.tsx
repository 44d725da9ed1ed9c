import { ActionIcon, Button, Select, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import {
  IconBuilding,
  IconDeviceDesktop,
  IconFlask,
  IconHelp,
  IconLifebuoy,
  IconMoon,
  IconSearch,
  IconSun,
} from "@tabler/icons-react";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKept } from "@/components/kept";
import { Mark } from "@/components/mark";
import type { Overview, SalesTotals, Theme } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { useStatus } from "@/platform/status";
import { useSync } from "../home/sync";
import { isWaiting } from "../vpn/looks";
import { useStart } from "../welcome/start";
import { CompanyContext, taxpayers } from "./company";
import { JobsMenu } from "./jobs-menu";
import { TABS, type TabName } from "./tabs";
import { useJobToasts } from "./toasts";

const Palette = lazy(() => import("./palette"));
const Shortcuts = lazy(() => import("./shortcuts"));

/** As it is written on keys. */
const PALETTE_KEYS = "Ctrl K";

export function Shell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [nit, choose] = useKept<string | null>("company", null);
  const [palette, setPalette] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);
  const sync = useSync();
  useJobToasts();
  useFocusOnPages();
  useHotkeys(
    [
      ["mod+K", () => setPalette((open) => !open)],
      ["shift+?", () => setShortcuts(true)],
      ["?", () => setShortcuts(true)],
      ["mod+shift+S", () => void sync.start()],
      [
        "/",
        (event) => {
          event.preventDefault();
          document.querySelector<HTMLInputElement>("[data-search]")?.focus();
        },
      ],
      ...TABS.map(({ to }, at): [string, () => void] => [
        `alt+${at + 1}`,
        () => void navigate({ to }),
      ]),
    ],
    ["INPUT", "TEXTAREA", "SELECT"],
  );
  useHotkeys([["mod+K", () => setPalette(true)]], []);
  const choice = useMemo(() => ({ nit, choose }), [nit, choose]);
  return (
    <CompanyContext value={choice}>
      <div className="shell">
        <button type="button" className="skip" onClick={focusMain}>
          {t("common.skip")}
        </button>
        <header className="shell-top">
          <div className="shell-mark">
            <Mark />
            {t("common.name")}
          </div>
          <CompanyFilter />
          <div className="grow" />
          <Button
            variant="default"
            leftSection={<IconSearch size={14} aria-hidden="true" />}
            rightSection={<kbd>{PALETTE_KEYS}</kbd>}
            onClick={() => setPalette(true)}
          >
            {t("common.palette.open")}
          </Button>
          <JobsMenu />
          <ThemeButton />
          <Tooltip label={t("common.shortcuts.title")}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="md"
              aria-label={t("common.shortcuts.title")}
              onClick={() => setShortcuts(true)}
            >
              <IconHelp size={18} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        </header>
        <Rail />
        <main className="shell-main" id="main" tabIndex={-1}>
          <Banners />
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Suspense>
        {palette ? (
          <Palette onClose={() => setPalette(false)} onShortcuts={() => setShortcuts(true)} />
        ) : null}
        {shortcuts ? <Shortcuts onClose={() => setShortcuts(false)} /> : null}
      </Suspense>
    </CompanyContext>
  );
}

/** Where what had the focus is gone with its page, it is at the beginning of the next one. */
function useFocusOnPages(): void {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    const first = before.current === undefined;
    before.current = path;
    if (!first && document.activeElement === document.body) focusMain();
  }, [path]);
}

function focusMain(): void {
  document.getElementById("main")?.focus();
}

function Rail() {
  const { t } = useTranslation();
  const { count } = useFormat();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const overview = useCommand("overview", {}, { keep: true });
  const sales = useCommand("sales.totals", {}, { keep: true }).data;
  const vpns = useCommand("vpn.list", {}, { keep: true }).data ?? [];
  useEffect(() => {
    const tab = TABS.findLast(({ to }) => path.startsWith(to));
    document.title = tab
      ? `${t(`common.tab.${tab.name}`)} · ${t("common.name")}`
      : t("common.name");
  }, [path, t]);
  return (
    <nav className="shell-rail" aria-label={t("common.tabs")}>
      {TABS.map(({ name, to, icon: Icon }) => {
        const waiting =
          name === "sales"
            ? salesWaiting(sales)
            : name === "vpn"
              ? vpns.filter(isWaiting).length
              : badgeOf(name, overview.data);
        const here = to === "/" ? path === "/" : path.startsWith(to);
        return (
          <Link key={name} to={to} className="rail-link" aria-current={here ? "page" : undefined}>
            <Icon size={18} stroke={1.75} aria-hidden="true" />
            {t(`common.tab.${name}`)}
            {waiting > 0 ? (
              <span className="rail-badge">
                {count(waiting)}
                <span className="hidden"> {t("common.waiting", { count: waiting })}</span>
              </span>
            ) : null}
          </Link>
        );
      })}
    </nav>
  );
}

/** What waits for a person behind that tab. */
function badgeOf(tab: TabName, overview: Overview | undefined): number {
  if (!overview) return 0;
  const { counts } = overview;
  if (tab === "servers") return counts.attention_servers;
  if (tab === "companies") return counts.attention_companies;
  if (tab === "activity") return counts.attention_activity;
  if (tab === "settings") return counts.attention_settings;
  return 0;
}

/** Sales that stand still until someone does something. */
function salesWaiting(totals: SalesTotals | undefined): number {
  const { pending = 0, uncertain = 0, refused = 0 } = totals?.states ?? {};
  return pending + uncertain + refused;
}

function CompanyFilter() {
  const { t } = useTranslation();
  const companies = useCommand("companies.list", {});
  const list = useMemo(() => taxpayers(companies.data ?? []), [companies.data]);
  return (
    <CompanyContext.Consumer>
      {({ nit, choose }) => (
        <Select
          aria-label={t("common.company_filter")}
          placeholder={t("common.all_companies")}
          leftSection={<IconBuilding size={15} aria-hidden="true" />}
          data={list.map(({ nit, name }) => ({ value: nit, label: `${name} · ${nit}` }))}
          value={list.some((company) => company.nit === nit) ? nit : null}
          onChange={choose}
          searchable
          clearable
          limit={100}
          w={320}
          nothingFoundMessage={t("common.nothing_found")}
          clearButtonProps={{ "aria-label": t("common.all_companies") }}
        />
      )}
    </CompanyContext.Consumer>
  );
}

const THEMES: Record<Theme, { icon: typeof IconSun; next: Theme }> = {
  system: { icon: IconDeviceDesktop, next: "light" },
  light: { icon: IconSun, next: "dark" },
  dark: { icon: IconMoon, next: "system" },
};

function ThemeButton() {
  const { t } = useTranslation();
  const settings = useCommand("settings.get", {});
  const change = useAction("settings.set");
  const theme = settings.data?.theme ?? "system";
  const { icon: Icon, next } = THEMES[theme];
  const label = t("common.theme.button", { theme: t(`common.theme.${theme}`) });
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="md"
        aria-label={label}
        onClick={() => change.mutate({ theme: next })}
      >
        <Icon size={18} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}

function Banners() {
  const { t } = useTranslation();
  const status = useStatus();
  return (
    <>
      {status.safe_mode ? (
        <div className="banner" data-kind="warn" role="status">
          <IconLifebuoy size={16} aria-hidden="true" />
          {t("common.safe_mode")}
        </div>
      ) : null}
      {status.profile === "demo" ? (
        <div className="banner" role="status">
          <IconFlask size={16} aria-hidden="true" />
          <span className="grow">{t("common.demo")}</span>
          <Leave />
        </div>
      ) : null}
    </>
  );
}

function Leave() {
  const { t } = useTranslation();
  const start = useStart();
  return (
    <Button size="compact-xs" variant="default" onClick={() => void start("office")}>
      {t("common.demo_leave")}
    </Button>
  );
}
