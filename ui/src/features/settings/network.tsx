import { Button, TextInput } from "@mantine/core";
import { IconCircleCheck, IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Trouble } from "@/components/trouble";
import type { NetworkTest, Settings } from "@/generated/commands";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";
import { useSettings } from "./change";

export function Network() {
  const { settings, change } = useSettings();
  if (!settings) return <Bones />;
  return (
    <>
      <Fields
        key={`${settings.proxy} ${settings.ca_file}`}
        settings={settings}
        onSave={(proxy, ca_file) => change({ proxy, ca_file })}
      />
      <Test />
    </>
  );
}

function Fields({
  settings,
  onSave,
}: {
  settings: Settings;
  onSave: (proxy: string | null, ca_file: string | null) => void;
}) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const [proxy, setProxy] = useState(settings.proxy ?? "");
  const [ca, setCa] = useState(settings.ca_file ?? "");
  const changed = proxy !== (settings.proxy ?? "") || ca !== (settings.ca_file ?? "");
  const wrong = proxy.trim() !== "" && !/^https?:\/\/[^\s]+$/.test(proxy.trim());
  const choose = async () => {
    const path = await platform.chooseFile({ title: t("settings.network.ca") });
    if (path !== null) setCa(path);
  };
  return (
    <form
      className="card stack form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onSave(proxy.trim() || null, ca.trim() || null);
      }}
    >
      <TextInput
        label={t("settings.network.proxy")}
        description={t("settings.network.proxy_hint")}
        placeholder="http://proxy.oficina:3128"
        value={proxy}
        onChange={(event) => setProxy(event.currentTarget.value)}
        error={wrong ? t("settings.network.proxy_wrong") : undefined}
        spellCheck={false}
      />
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
      <div>
        <Button type="submit" disabled={!changed || wrong}>
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
      {test.data ? <Found found={test.data} /> : null}
    </form>
  );
}

function Found({ found }: { found: NetworkTest }) {
  const { t } = useTranslation();
  return (
    <div className="good" role="status">
      <IconCircleCheck size={18} aria-hidden="true" />
      <div className="grow stack">
        <p className="strong">{t("settings.network.reached", { ms: found.millis })}</p>
        <dl className="facts">
          {found.tls ? (
            <>
              <dt>{t("settings.network.tls")}</dt>
              <dd>{found.tls}</dd>
            </>
          ) : null}
          {found.issuer ? (
            <>
              <dt>{t("settings.network.issuer")}</dt>
              <dd>{found.issuer}</dd>
            </>
          ) : null}
          {found.chain.length > 0 ? (
            <>
              <dt>{t("settings.network.chain")}</dt>
              <dd>
                {found.chain.map((subject) => (
                  <div key={subject} className="mono">
                    {subject}
                  </div>
                ))}
              </dd>
            </>
          ) : null}
        </dl>
      </div>
    </div>
  );
}
