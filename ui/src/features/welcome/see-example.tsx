import { Button } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStatus } from "@/platform/status";
import { useStart } from "./start";

/** Opens the example, as the first start can; the office's own data stays as it is. */
export function SeeExample() {
  const { t } = useTranslation();
  const start = useStart();
  const [starting, setStarting] = useState(false);
  if (useStatus().profile === "demo") return null;
  const open = async () => {
    setStarting(true);
    await start("demo");
    setStarting(false);
  };
  return (
    <Button
      variant="default"
      leftSection={<IconFlask size={15} aria-hidden="true" />}
      loading={starting}
      onClick={() => void open()}
    >
      {t("home.welcome.see_example")}
    </Button>
  );
}
