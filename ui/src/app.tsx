import {
  Button,
  type MantineColorScheme,
  MantineProvider,
  useMantineColorScheme,
} from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones, Empty } from "./components/empty";
import { theme } from "./components/theme";
import { Toasts } from "./components/toast";
import { Trouble } from "./components/trouble";
import type { SettingsView, Theme } from "./generated/commands";
import { speak } from "./i18n";
import { OfficeContext } from "./i18n/format";
import { newQueryClient, useCommand } from "./platform/commands";
import { PlatformContext, usePlatform } from "./platform/context";
import { LiveProvider } from "./platform/live";
import type { Platform, Status } from "./platform/platform";
import { remember, remembered } from "./platform/remembered";
import { StatusContext } from "./platform/status";
import { newRouter } from "./routes";

const Welcome = lazy(() => import("./features/welcome/welcome"));
const Problem = lazy(() => import("./features/welcome/problem"));

export function App({ platform }: { platform: Platform | null }) {
  const [client] = useState(newQueryClient);
  return (
    <MantineProvider theme={theme} defaultColorScheme={schemeOf(remembered().theme)}>
      <Toasts />
      {platform ? (
        <QueryClientProvider client={client}>
          <PlatformContext value={platform}>
            <LiveProvider>
              <Gate />
            </LiveProvider>
          </PlatformContext>
        </QueryClientProvider>
      ) : (
        <NoToken />
      )}
    </MantineProvider>
  );
}

/** What can be shown depends on what is open. */
function Gate() {
  const platform = usePlatform();
  const status = useQuery({
    queryKey: ["host.status"],
    queryFn: () => platform.host("status", {}),
  });
  if (status.error) {
    return (
      <Alone>
        <Trouble error={status.error} actions={<Retry onClick={() => void status.refetch()} />} />
      </Alone>
    );
  }
  if (!status.data) return <Waiting />;
  if (status.data.problem) {
    return (
      <Suspense fallback={<Waiting />}>
        <Problem problem={status.data.problem} />
      </Suspense>
    );
  }
  return <Opened status={status.data} />;
}

function Opened({ status }: { status: Status }) {
  const settings = useCommand("settings.get", {});
  useLook(settings.data);
  const router = useMemo(newRouter, []);
  const { country = "CO", zone = "America/Bogota" } = settings.data ?? {};
  const office = useMemo(() => ({ country, zone }), [country, zone]);
  if (settings.error) {
    return (
      <Alone>
        <Trouble
          error={settings.error}
          actions={<Retry onClick={() => void settings.refetch()} />}
        />
      </Alone>
    );
  }
  if (!settings.data) return <Waiting />;
  return (
    <StatusContext value={status}>
      <OfficeContext value={office}>
        {settings.data.start === "none" && status.profile !== "demo" ? (
          <Suspense fallback={<Waiting />}>
            <Welcome />
          </Suspense>
        ) : (
          <RouterProvider router={router} />
        )}
      </OfficeContext>
    </StatusContext>
  );
}

/** Language and theme follow the settings. */
function useLook(settings: SettingsView | undefined): void {
  const { setColorScheme } = useMantineColorScheme();
  const { lang, theme } = settings ?? {};
  useEffect(() => {
    if (!lang || !theme) return;
    remember({ lang, theme });
    setColorScheme(schemeOf(theme));
    void speak(lang);
  }, [lang, theme, setColorScheme]);
}

function schemeOf(theme: Theme): MantineColorScheme {
  return theme === "system" ? "auto" : theme;
}

function Waiting() {
  return (
    <div className="shell" aria-busy="true">
      <div className="shell-top" />
      <div className="shell-rail">
        <Bones lines={5} />
      </div>
      <div className="shell-main">
        <div className="page-body">
          <Bones lines={8} />
        </div>
      </div>
    </div>
  );
}

function Alone({ children }: { children: ReactNode }) {
  return <main style={{ maxWidth: 560, margin: "12vh auto", padding: 16 }}>{children}</main>;
}

function Retry({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button variant="default" onClick={onClick}>
      {t("common.retry")}
    </Button>
  );
}

/** A browser that came here without the address that the bridge printed. */
function NoToken() {
  const { t } = useTranslation();
  return (
    <Alone>
      <Empty icon={IconLink} title={t("common.no_token.title")}>
        {t("common.no_token.text")}
      </Empty>
    </Alone>
  );
}
