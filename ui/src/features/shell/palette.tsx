// Ctrl+K: everything by its name.
import { Modal } from "@mantine/core";
import {
  type Icon,
  IconBuilding,
  IconDatabaseExport,
  IconHelp,
  IconLanguage,
  IconMoon,
  IconPlus,
  IconRefresh,
  IconServer2,
  IconShieldLock,
  IconStethoscope,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFocusBack } from "@/components/dialog";
import { done, failed } from "@/components/toast";
import { useAction, useCommand } from "@/platform/commands";
import { useSync } from "../home/sync";
import { taxpayers, useCompanyChoice } from "./company";
import { TABS } from "./tabs";

interface Entry {
  key: string;
  label: string;
  sub?: string;
  icon: Icon;
  run: () => void;
}

const MOST = 12;

export default function Palette({
  onClose,
  onShortcuts,
}: {
  onClose: () => void;
  onShortcuts: () => void;
}) {
  const { t } = useTranslation();
  useFocusBack();
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const entries = useEntries(onShortcuts);
  const found = useMemo(() => {
    const words = plain(text).split(/\s+/).filter(Boolean);
    const fits = ({ label, sub }: Entry) =>
      words.every((word) => plain(`${label} ${sub ?? ""}`).includes(word));
    return entries.filter(fits).slice(0, MOST);
  }, [entries, text]);
  const active = Math.min(at, found.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const go = (to: number) => {
    const next = (to + found.length) % Math.max(1, found.length);
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") go(active + 1);
    else if (event.key === "ArrowUp") go(active - 1);
    else if (event.key === "Enter") run(found[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      yOffset="12vh"
      centered={false}
      size={560}
      attributes={{ content: { "aria-label": t("common.palette.title") } }}
    >
      <input
        className="palette-input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
        aria-label={t("common.palette.title")}
        placeholder={t("common.palette.placeholder")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
      />
      <div
        ref={list}
        id={id}
        className="palette-list"
        role="listbox"
        aria-label={t("common.palette.title")}
      >
        {found.map(({ key, label, sub, icon: Icon }, index) => (
          <div
            key={key}
            id={`${id}-${index}`}
            className="palette-entry"
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onClick={() => run(found[index])}
            onMouseMove={() => setAt(index)}
          >
            <Icon size={16} stroke={1.75} aria-hidden="true" />
            <span className="grow clip" dir="auto">
              {label}
            </span>
            {sub ? <span className="dim small">{sub}</span> : null}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="palette-none dim">{t("common.nothing_found")}</p> : null}
    </Modal>
  );
}

function useEntries(onShortcuts: () => void): Entry[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const sync = useSync();
  const companies = useCommand("companies.list", {}).data;
  const servers = useCommand("servers.list", {}).data;
  const vpns = useCommand("vpn.list", {}).data;
  const { mutate: set } = useAction("settings.set");
  const { mutate: backUp } = useAction("backup.create");
  const { choose } = useCompanyChoice();
  return useMemo(() => {
    const tabs = TABS.map(({ name, to, icon }) => ({
      key: `tab ${name}`,
      label: t(`common.tab.${name}`),
      sub: t("common.palette.tab"),
      icon,
      run: () => void navigate({ to }),
    }));
    const dark = document.documentElement.dataset.mantineColorScheme === "dark";
    const actions: Entry[] = [
      {
        key: "sync",
        label: t("home.sync.button"),
        icon: IconRefresh,
        run: () => void sync.start(),
      },
      {
        key: "add",
        label: t("servers.add"),
        icon: IconPlus,
        run: () => void navigate({ to: "/servidores", search: { open: "new" } }),
      },
      {
        key: "vpn",
        label: t("vpn.create.button"),
        icon: IconShieldLock,
        run: () => void navigate({ to: "/vpn", search: { open: "new" } }),
      },
      {
        key: "backup",
        label: t("settings.backups.now"),
        icon: IconDatabaseExport,
        run: () =>
          backUp({}, { onSuccess: () => done(t("settings.backups.started")), onError: failed }),
      },
      {
        key: "diagnostics",
        label: t("settings.diagnostics.export"),
        icon: IconStethoscope,
        run: () => void navigate({ to: "/configuracion", search: { section: "diagnostics" } }),
      },
      {
        key: "theme",
        label: dark ? t("common.palette.light") : t("common.palette.dark"),
        icon: IconMoon,
        run: () => set({ theme: dark ? "light" : "dark" }),
      },
      {
        key: "lang",
        label: i18n.language === "es" ? "English" : "Español",
        sub: t("settings.general.lang"),
        icon: IconLanguage,
        run: () => set({ lang: i18n.language === "es" ? "en" : "es" }),
      },
      { key: "keys", label: t("common.shortcuts.title"), icon: IconHelp, run: onShortcuts },
    ];
    const named = taxpayers(companies ?? []).map(({ nit, name }) => ({
      key: `company ${nit}`,
      label: name,
      sub: nit,
      icon: IconBuilding,
      run: () => {
        choose(null);
        void navigate({ to: "/empresas/$nit", params: { nit } });
      },
    }));
    const hosts = (servers ?? []).map(({ id, name, host }) => ({
      key: `server ${id}`,
      label: name,
      sub: host,
      icon: IconServer2,
      run: () => void navigate({ to: "/servidores", search: { open: id } }),
    }));
    const networks = (vpns ?? []).map(({ id, name }) => ({
      key: `vpn ${id}`,
      label: name,
      sub: t("common.tab.vpn"),
      icon: IconShieldLock,
      run: () => void navigate({ to: "/vpn", search: { open: id } }),
    }));
    return [...tabs, ...actions, ...named, ...hosts, ...networks];
  }, [
    t,
    i18n.language,
    navigate,
    sync,
    companies,
    servers,
    vpns,
    set,
    backUp,
    choose,
    onShortcuts,
  ]);
}

/** Without accents and capitals: `ñapa` is found by `napa`. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
