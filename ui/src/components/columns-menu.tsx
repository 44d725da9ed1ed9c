// Which columns of a list are shown.
import { ActionIcon, Checkbox, Menu } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export function ColumnsMenu({
  columns,
  hidden,
  onChange,
}: {
  columns: readonly { id: string; title: string }[];
  /** By id: only `false` hides a column. */
  hidden: Record<string, boolean>;
  onChange: (hidden: Record<string, boolean>) => void;
}) {
  const { t } = useTranslation();
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={t("common.columns")}
          title={t("common.columns")}
        >
          <IconColumns3 size={16} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ id, title }) => {
          const shown = hidden[id] !== false;
          return (
            <Menu.Item
              key={id}
              role="menuitemcheckbox"
              aria-checked={shown}
              onClick={() => onChange({ ...hidden, [id]: !shown })}
              leftSection={<Checkbox checked={shown} readOnly tabIndex={-1} aria-hidden="true" />}
            >
              {title}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
