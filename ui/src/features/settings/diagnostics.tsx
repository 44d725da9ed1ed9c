import { Button } from "@mantine/core";
import { IconStethoscope } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

export function Diagnostics() {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const platform = usePlatform();
  const write = useAction("diagnostics.export");
  const [working, setWorking] = useState(false);
  const save = async () => {
    setWorking(true);
    try {
      let size = 0;
      const day = new Date().toISOString().slice(0, 10);
      const wish = { name: `${t("settings.diagnostics.file")}-${day}.zip`, extension: "zip" };
      const where = await platform.saveFile(wish, async (output) => {
        size = (await write.mutateAsync({ output })).bytes;
      });
      if (where !== null) done(t("settings.diagnostics.done", { where, size: bytes(size) }));
    } catch (error) {
      failed(error);
    } finally {
      setWorking(false);
    }
  };
  return (
    <div className="card stack">
      <p>{t("settings.diagnostics.text")}</p>
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        <li>{t("settings.diagnostics.has")}</li>
        <li>{t("settings.diagnostics.has_not")}</li>
      </ul>
      <div>
        <Button
          leftSection={<IconStethoscope size={15} aria-hidden="true" />}
          loading={working}
          onClick={() => void save()}
        >
          {t("settings.diagnostics.export")}
        </Button>
      </div>
    </div>
  );
}
