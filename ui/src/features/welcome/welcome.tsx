import { Button, SegmentedControl } from "@mantine/core";
import { IconBuildingStore, IconFlask } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "@/components/mark";
import { failed } from "@/components/toast";
import type { Lang } from "@/generated/commands";
import { useAction } from "@/platform/commands";
import { useStart } from "./start";

/** The first start: one's own office, or a look around with example data. */
export default function Welcome() {
  const { t, i18n } = useTranslation();
  const start = useStart();
  const set = useAction("settings.set");
  const [starting, setStarting] = useState<"office" | "demo" | null>(null);
  const choose = async (choice: "office" | "demo") => {
    setStarting(choice);
    await start(choice);
    setStarting(null);
  };
  return (
    <main className="welcome">
      <div className="row" style={{ gap: 14 }}>
        <Mark size={40} />
        <div className="grow">
          <h1 style={{ fontSize: 22 }}>{t("home.welcome.title")}</h1>
          <p className="dim">{t("home.welcome.text")}</p>
        </div>
        <SegmentedControl
          aria-label={t("settings.general.lang")}
          data={[
            { value: "es", label: "Español" },
            { value: "en", label: "English" },
          ]}
          value={i18n.language}
          onChange={(lang) => set.mutate({ lang: lang as Lang }, { onError: failed })}
        />
      </div>
      <div className="welcome-two">
        <section className="card stack" aria-labelledby="welcome-office">
          <IconBuildingStore size={28} stroke={1.5} className="welcome-icon" aria-hidden="true" />
          <h2 id="welcome-office">{t("home.welcome.office")}</h2>
          <p className="grow">{t("home.welcome.office_text")}</p>
          <Button
            size="sm"
            disabled={starting !== null}
            loading={starting === "office"}
            onClick={() => void choose("office")}
          >
            {t("home.welcome.office")}
          </Button>
        </section>
        <section className="card stack" aria-labelledby="welcome-demo">
          <IconFlask size={28} stroke={1.5} className="welcome-icon" aria-hidden="true" />
          <h2 id="welcome-demo">{t("home.welcome.demo")}</h2>
          <p className="grow">{t("home.welcome.demo_text")}</p>
          <Button
            size="sm"
            variant="default"
            disabled={starting !== null}
            loading={starting === "demo"}
            onClick={() => void choose("demo")}
          >
            {t("home.welcome.demo")}
          </Button>
          {starting === "demo" ? (
            <p className="dim small" role="status">
              {t("home.welcome.demo_wait")}
            </p>
          ) : null}
        </section>
      </div>
      <p className="dim small">{t("home.welcome.later")}</p>
    </main>
  );
}
