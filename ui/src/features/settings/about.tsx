import { Button, TextInput } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Mark } from "@/components/mark";
import { failed } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

export function AboutSection() {
  const { t } = useTranslation();
  const { count } = useFormat();
  const platform = usePlatform();
  const about = useCommand("about", {});
  const [text, setText] = useState("");
  if (about.error) return <Trouble error={about.error} />;
  if (!about.data) return <Bones />;
  const { version, licence, system, data_dir, libraries } = about.data;
  const wanted = text.trim().toLowerCase();
  const shown = libraries.filter(({ name, licence }) =>
    `${name} ${licence}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="card row" style={{ gap: 16 }}>
        <Mark size={44} />
        <div className="grow">
          <div className="strong">{t("settings.about.version", { version })}</div>
          <div className="dim">
            {t("settings.about.licence", { licence })} {system}
          </div>
          <div className="mono wrap">{data_dir}</div>
        </div>
        {platform.can.dialogs ? (
          <Button
            variant="default"
            leftSection={<IconFolderOpen size={15} aria-hidden="true" />}
            onClick={() => platform.openFolder(data_dir).catch(failed)}
          >
            {t("settings.about.folder")}
          </Button>
        ) : null}
      </div>
      <section className="card" aria-label={t("settings.about.others")}>
        <div className="card-head">
          <h3 className="grow">
            {t("settings.about.others")} ({count(shown.length)})
          </h3>
          <TextInput
            aria-label={t("settings.about.search")}
            placeholder={t("settings.about.search")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <Scrolled label={t("settings.about.others")}>
          <table className="plain">
            <thead>
              <tr>
                <th>{t("settings.about.name")}</th>
                <th>{t("settings.about.number")}</th>
                <th>{t("settings.about.terms")}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, version, licence }) => (
                <tr key={`${name} ${version}`}>
                  <td>{name}</td>
                  <td className="num-left">{version}</td>
                  <td>{licence}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      </section>
    </>
  );
}

/** A region that scrolls is reached by keyboard. */
function Scrolled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section style={{ maxHeight: 360, overflow: "auto" }} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
