// What a list shows, kept under a name: filters and order. The office keeps them, not this browser.
import { Button, Menu, TextInput } from "@mantine/core";
import { IconBookmark, IconCheck, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SavedList, SavedView } from "@/generated/commands";
import { useAction, useCommand } from "@/platform/commands";
import { Dialog } from "./dialog";
import { done, failed } from "./toast";
import { Trouble } from "./trouble";

export type Shows = SavedView["shows"];

export function SavedViews({
  list,
  shows,
  onApply,
}: {
  list: SavedList;
  /** What the list shows now; what is not set is left out. */
  shows: Shows;
  onApply: (shows: Shows) => void;
}) {
  const { t } = useTranslation();
  const views = useCommand("saved.list", { list }).data ?? NONE;
  const remove = useAction("saved.remove");
  const save = useAction("saved.save");
  const [naming, setNaming] = useState(false);
  const now = pictureOf(shows);
  const current = views.find((view) => pictureOf(view.shows) === now);
  const forget = ({ name, shows }: SavedView) =>
    remove.mutate(
      { list, name },
      {
        onSuccess: () =>
          done(t("common.views.removed", { name }), () =>
            save.mutate({ list, name, shows }, { onError: failed }),
          ),
        onError: failed,
      },
    );
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button
            variant="default"
            maw={220}
            leftSection={<IconBookmark size={15} aria-hidden="true" />}
          >
            {current?.name ?? t("common.views.button")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.length === 0 ? <Menu.Label>{t("common.views.none")}</Menu.Label> : null}
          {views.map((view) => (
            <div key={view.name} className="saved-view">
              <Menu.Item
                aria-current={view === current || undefined}
                leftSection={
                  <IconCheck
                    size={14}
                    aria-hidden="true"
                    visibility={view === current ? "visible" : "hidden"}
                  />
                }
                onClick={() => onApply(view.shows)}
              >
                <span className="clip" dir="auto" title={view.name}>
                  {view.name}
                </span>
              </Menu.Item>
              <Menu.Item
                aria-label={t("common.views.remove", { name: view.name })}
                onClick={() => forget(view)}
              >
                <IconTrash size={14} aria-hidden="true" />
              </Menu.Item>
            </div>
          ))}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconPlus size={14} aria-hidden="true" />}
            onClick={() => setNaming(true)}
          >
            {t("common.views.save")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {naming ? (
        <Naming
          names={views.map(({ name }) => name)}
          onClose={() => setNaming(false)}
          onNamed={(name) => save.mutateAsync({ list, name, shows: clean(shows) })}
        />
      ) : null}
    </>
  );
}

const NONE: SavedView[] = [];
const LONGEST = 60;

function Naming({
  names,
  onClose,
  onNamed,
}: {
  names: string[];
  onClose: () => void;
  onNamed: (name: string) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const name = text.trim();
  const keep = async () => {
    setWorking(true);
    try {
      await onNamed(name);
      done(t("common.views.saved", { name }));
      onClose();
    } catch (error) {
      setError(error);
      setWorking(false);
    }
  };
  return (
    <Dialog onClose={onClose} title={t("common.views.save_title")}>
      <form
        className="stack"
        data-gap="big"
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== "") void keep();
        }}
      >
        <TextInput
          label={t("common.views.name")}
          description={t(names.includes(name) ? "common.views.replaces" : "common.views.hint")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={LONGEST}
          autoComplete="off"
          data-autofocus
        />
        {error ? <Trouble error={error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" disabled={name === ""} loading={working}>
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Without what is not set, in one order of names: two that show the same are then equal. */
function clean(shows: Shows): Shows {
  const set = Object.entries(shows).filter(
    ([, value]) => value != null && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const pictureOf = (shows: Shows) => JSON.stringify(clean(shows));
