import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";

const KEYS = [
  { what: "palette", keys: ["Ctrl", "K"] },
  { what: "help", keys: ["?"] },
  { what: "tabs", keys: ["Alt", "1…5"] },
  { what: "sync", keys: ["Ctrl", "Shift", "S"] },
  { what: "search", keys: ["/"] },
  { what: "move", keys: ["↑", "↓"] },
  { what: "ends", keys: ["Home", "End"] },
  { what: "open", keys: ["Enter"] },
  { what: "choose", keys: ["Space"] },
  { what: "range", keys: ["Shift", "↓"] },
  { what: "all", keys: ["Ctrl", "A"] },
  { what: "close", keys: ["Esc"] },
] as const;

export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog onClose={onClose} title={t("common.shortcuts.title")}>
      <dl className="facts" style={{ gridTemplateColumns: "1fr max-content" }}>
        {KEYS.map(({ what, keys }) => (
          <div key={what} style={{ display: "contents" }}>
            <dt style={{ color: "var(--text)" }}>{t(`common.shortcuts.${what}`)}</dt>
            <dd className="keys">
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
