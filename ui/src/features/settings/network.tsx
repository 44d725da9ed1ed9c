import { Button, PasswordInput, SegmentedControl, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { done } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type { NetworkTested, SettingsView } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";
import { useSettings } from "./change";

export function Network() {
  const { settings } = useSettings();
  if (!settings) return <Bones />;
  return (
    <>
      <Fields
        key={JSON.stringify([settings.proxy, settings.extra_ca, settings.has_proxy_password])}
        settings={settings}
      />
      <Test />
    </>
  );
}

type Mode = SettingsView["proxy"]["mode"];
const MODES: Mode[] = ["system", "none", "manual"];

function Fields({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const set = useAction("settings.set");
  const [proxy, setProxy] = useState(settings.proxy);
  const [password, setPassword] = useState<string | null>(null);
  const [ca, setCa] = useState(settings.extra_ca ?? "");
  const manual = proxy.mode === "manual";
  const changed =
    JSON.stringify(proxy) !== JSON.stringify(settings.proxy) ||
    ca !== (settings.extra_ca ?? "") ||
    password !== null;
  const wrong = manual && !/^https?:\/\/[^\s@]+$/.test(proxy.url.trim());
  const choose = async () => {
    const path = await platform.chooseFile({ title: t("settings.network.ca") });
    if (path !== null) setCa(path);
  };
  const save = () =>
    set.mutate(
      { proxy, extra_ca: ca, ...(password === null ? {} : { proxy_password: password }) },
      { onSuccess: () => done(t("settings.saved")) },
    );
  return (
    <form
      className="card stack form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) save();
      }}
    >
      <fieldset className="plain-set">
        <legend className="strong">{t("settings.network.proxy")}</legend>
        <p className="dim small">{t("settings.network.proxy_hint")}</p>
        <SegmentedControl
          aria-label={t("settings.network.proxy")}
          data={MODES.map((mode) => ({ value: mode, label: t(`settings.network.mode.${mode}`) }))}
          value={proxy.mode}
          onChange={(mode) => setProxy({ ...proxy, mode: mode as Mode })}
        />
      </fieldset>
      {manual ? (
        <>
          <TextInput
            label={t("settings.network.proxy_url")}
            placeholder="http://proxy.oficina:3128"
            value={proxy.url}
            onChange={(event) => setProxy({ ...proxy, url: event.currentTarget.value })}
            error={wrong && proxy.url !== "" ? t("settings.network.proxy_wrong") : undefined}
            spellCheck={false}
          />
          <div className="row" style={{ alignItems: "flex-end" }}>
            <TextInput
              className="grow"
              label={t("settings.network.proxy_user")}
              value={proxy.user}
              onChange={(event) => setProxy({ ...proxy, user: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
            <PasswordInput
              className="grow"
              label={t("settings.network.proxy_password")}
              placeholder={
                settings.has_proxy_password && password === null
                  ? t("servers.password.kept")
                  : undefined
              }
              value={password ?? ""}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ "aria-label": t("servers.password.show") }}
            />
            {settings.has_proxy_password ? (
              <Button variant="default" onClick={() => setPassword("")}>
                {t("settings.network.forget")}
              </Button>
            ) : null}
          </div>
        </>
      ) : null}
      <div className="row" style={{ alignItems: "flex-end" }}>
        <TextInput
          className="grow"
          label={t("settings.network.ca")}
          description={t("settings.network.ca_hint")}
          value={ca}
          onChange={(event) => setCa(event.currentTarget.value)}
          spellCheck={false}
        />
        {platform.can.dialogs ? (
          <Button variant="default" onClick={() => void choose()}>
            {t("common.choose_file")}
          </Button>
        ) : null}
      </div>
      {set.error ? <Trouble error={set.error} /> : null}
      <div>
        <Button type="submit" disabled={!changed || wrong} loading={set.isPending}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

function Test() {
  const { t } = useTranslation();
  const test = useAction("network.test");
  const [url, setUrl] = useState("https://api.siigo.com");
  return (
    <form
      className="card stack form"
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate({ url: url.trim() });
      }}
    >
      <div className="row" style={{ alignItems: "flex-end" }}>
        <TextInput
          className="grow"
          label={t("settings.network.url")}
          description={t("settings.network.url_hint")}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          spellCheck={false}
        />
        <Button
          type="submit"
          leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
          loading={test.isPending}
          disabled={url.trim() === ""}
        >
          {t("settings.network.test")}
        </Button>
      </div>
      {test.error ? <Trouble error={test.error} /> : null}
      {test.data && !test.isPending ? <Found found={test.data} /> : null}
    </form>
  );
}

/**
 * Whether it was reached, and who answers for it: also when that is the reason for a refusal. `quiet` where the
 * status means nothing, for nobody asked for anything yet, and where the caller says what to import.
 */
export function Found({ found, quiet }: { found: NetworkTested; quiet?: boolean }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  const { tls } = found;
  return (
    <>
      {found.error && !(quiet && found.import) ? <TroubleView view={found.error} /> : null}
      {found.reachable ? (
        <div className="good" role="status">
          <IconCircleCheck size={18} aria-hidden="true" />
          <p className="strong">
            {quiet
              ? t("settings.network.reached_safely", { ms: found.milliseconds })
              : t("settings.network.reached", {
                  ms: found.milliseconds,
                  status: found.status ?? "",
                })}
          </p>
        </div>
      ) : null}
      {tls ? (
        <dl className="facts">
          {tls.version === "" ? null : (
            <>
              <dt>{t("settings.network.tls")}</dt>
              <dd>{tls.version}</dd>
            </>
          )}
          <dt>{t("settings.network.issuer")}</dt>
          <dd>
            {tls.issuer}
            {tls.trusted ? null : (
              <span className="state" data-tone="warn" style={{ marginInlineStart: 8 }}>
                <IconAlertTriangle size={15} aria-hidden="true" />
                {t("settings.network.untrusted")}
              </span>
            )}
          </dd>
          <dt>{t("settings.network.names")}</dt>
          <dd>{tls.names.join(", ")}</dd>
          <dt>{t("settings.network.chain")}</dt>
          <dd>
            {tls.chain.map((certificate) => (
              <div key={certificate.subject} className="mono">
                {certificate.subject} ({day(certificate.valid_to.slice(0, 10))})
              </div>
            ))}
          </dd>
        </dl>
      ) : null}
    </>
  );
}
