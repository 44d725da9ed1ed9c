//! What the office chose.

mod rows;

use rows::write;
pub(crate) use rows::{country, lang, once, read, today, zone};

use crate::config::{BackupConfig, Config};
use crate::{App, Nothing, Result};
use chrono_tz::Tz;
use puente_core::{Error, Lang, Secret};
use puente_net::{CaFile, Network, ProxyMode};
use puente_store::Database;
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use ts_rs::TS;

/// Name of the proxy's password in the keyring.
const PROXY_SECRET: &str = "network:proxy";
/// Name of the password or token of MLflow in the keyring.
pub(crate) const MLFLOW_SECRET: &str = "mlflow:login";

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop is.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// What closing the window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "CloseBehaviour")]
pub enum Close {
    /// Puente stays in the tray and goes on working, where the desktop has one.
    #[default]
    Tray,
    /// Puente ends.
    Quit,
}

/// What Puente opens when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "StartChoice")]
pub enum Start {
    /// Nobody has chosen yet.
    #[default]
    None,
    /// The office's own data.
    Office,
    /// The example.
    Demo,
}

/// How Puente gets out to the network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Proxy {
    /// Whether, and which one.
    pub mode: ProxyMode,
    /// `http://10.0.0.1:3128`, without user and password; for `manual`.
    pub url: String,
    /// Who logs in to it; empty when nobody has to.
    pub user: String,
}

/// How one logs in to a tracking server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MlflowLogin {
    /// Anyone may.
    #[default]
    None,
    /// User and password.
    Basic,
    /// A token.
    Token,
}

/// The office's MLflow tracking server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "MlflowSettings")]
pub struct Mlflow {
    /// `http://192.168.1.20:5000`; empty where there is none.
    pub url: String,
    /// How to log in.
    pub login: MlflowLogin,
    /// Who logs in, for `basic`.
    pub user: String,
}

/// Everything that the office may choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Language of the interface.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// IANA name of the office's zone: `America/Bogota`.
    pub zone: String,
    /// ISO 3166 code of its country, which says how dates and money are written: `CO`.
    pub country: String,
    /// What closing the window does.
    pub close: Close,
    /// Whether Puente is to start with the session.
    pub autostart: bool,
    /// Whether the desktop is told when long work ends while the window is hidden.
    pub notifications: bool,
    /// What Puente opens when it starts.
    pub start: Start,
    /// How it gets out to the network.
    pub proxy: Proxy,
    /// A file with certificates that are trusted besides those of the operating system.
    pub extra_ca: Option<PathBuf>,
    /// Backups that are kept.
    pub backups: BackupConfig,
    /// Where each training is told of.
    pub mlflow: Mlflow,
}

/// Settings, as they are shown.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SettingsView {
    /// The choices.
    #[serde(flatten)]
    pub settings: Settings,
    /// Whether a password for the proxy is kept.
    pub has_proxy_password: bool,
    /// Whether a password or token for MLflow is kept.
    pub has_mlflow_secret: bool,
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SettingsChange", optional_fields = nullable)]
#[allow(missing_docs, reason = "the fields are those of Settings")]
pub struct Change {
    pub lang: Option<Lang>,
    pub theme: Option<Theme>,
    pub zone: Option<String>,
    pub country: Option<String>,
    pub close: Option<Close>,
    pub autostart: Option<bool>,
    pub notifications: Option<bool>,
    pub start: Option<Start>,
    pub proxy: Option<Proxy>,
    /// A new password for the proxy; an empty one forgets it.
    #[ts(as = "Option<String>", optional = nullable)]
    #[serde(deserialize_with = "crate::servers::password")]
    pub proxy_password: Option<Secret>,
    /// An empty text goes back to the operating system's certificates alone.
    pub extra_ca: Option<String>,
    pub backups: Option<BackupConfig>,
    pub mlflow: Option<Mlflow>,
    /// A new password or token for MLflow; an empty one forgets it.
    #[ts(as = "Option<String>", optional = nullable)]
    #[serde(deserialize_with = "crate::servers::password")]
    pub mlflow_secret: Option<Secret>,
}

impl Settings {
    /// As they come: what `config.toml` says, and this machine's zone.
    pub fn usual(config: &Config) -> Settings {
        Settings {
            lang: config.lang,
            theme: Theme::default(),
            zone: usual_zone(),
            country: "CO".to_owned(),
            close: Close::default(),
            autostart: false,
            notifications: true,
            start: Start::default(),
            proxy: Proxy::default(),
            extra_ca: None,
            backups: config.backups.clone(),
            mlflow: Mlflow::default(),
        }
    }
}

/// The settings.
///
/// # Errors
/// Those of the store and of the keyring.
pub fn get(app: &App, _: Nothing) -> Result<SettingsView> {
    let settings = read(&app.room.state, &app.config)?;
    let has = |name: &str| matches!(app.room.secrets.find(name), Ok(Some(_)));
    Ok(SettingsView {
        settings,
        has_proxy_password: has(PROXY_SECRET),
        has_mlflow_secret: has(MLFLOW_SECRET),
    })
}

/// Changes settings.
///
/// # Errors
/// That a value doesn't fit, with its field; nothing is changed then. Those of the store and of the
/// keyring.
pub fn set(app: &App, request: Change) -> Result<SettingsView> {
    let mut settings = read(&app.room.state, &app.config)?;
    request.give(&mut settings);
    check(&settings)?;
    let secrets = [
        (PROXY_SECRET, &request.proxy_password),
        (MLFLOW_SECRET, &request.mlflow_secret),
    ];
    for (name, given) in secrets {
        match given {
            Some(secret) if secret.expose().is_empty() => app.room.secrets.delete(name)?,
            Some(secret) => app.room.secrets.set(name, secret)?,
            None => {}
        }
    }
    let tells_mlflow = request.mlflow.is_some() || request.mlflow_secret.is_some();
    let names = request.names();
    app.audit("settings.set", "settings", json!({ "changed": names }))?;
    write(&app.room.state, &settings, names)?;
    if tells_mlflow {
        crate::forecast::settings_changed(app)?;
    }
    get(app, Nothing {})
}

impl Change {
    /// What is to be changed, by name.
    fn names(&self) -> Vec<&'static str> {
        [
            ("lang", self.lang.is_some()),
            ("theme", self.theme.is_some()),
            ("zone", self.zone.is_some()),
            ("country", self.country.is_some()),
            ("close", self.close.is_some()),
            ("autostart", self.autostart.is_some()),
            ("notifications", self.notifications.is_some()),
            ("start", self.start.is_some()),
            ("proxy", self.proxy.is_some()),
            ("extra_ca", self.extra_ca.is_some()),
            ("backups", self.backups.is_some()),
            ("mlflow", self.mlflow.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect()
    }

    fn give(&self, settings: &mut Settings) {
        fn put<T: Clone>(place: &mut T, given: Option<&T>) {
            if let Some(value) = given {
                place.clone_from(value);
            }
        }
        put(&mut settings.lang, self.lang.as_ref());
        put(&mut settings.theme, self.theme.as_ref());
        put(&mut settings.zone, self.zone.as_ref());
        put(&mut settings.country, self.country.as_ref());
        put(&mut settings.close, self.close.as_ref());
        put(&mut settings.autostart, self.autostart.as_ref());
        put(&mut settings.notifications, self.notifications.as_ref());
        put(&mut settings.start, self.start.as_ref());
        put(&mut settings.proxy, self.proxy.as_ref());
        put(&mut settings.backups, self.backups.as_ref());
        if let Some(mlflow) = &self.mlflow {
            settings.mlflow = Mlflow {
                url: mlflow.url.trim().trim_end_matches('/').to_owned(),
                user: mlflow.user.trim().to_owned(),
                ..mlflow.clone()
            };
        }
        if let Some(path) = &self.extra_ca {
            settings.extra_ca = (!path.trim().is_empty()).then(|| PathBuf::from(path.trim()));
        }
    }
}

fn check(settings: &Settings) -> Result<()> {
    if !is_zone(&settings.zone) {
        return Err(Error::invalid("zone", &settings.zone));
    }
    let country = &settings.country;
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Error::invalid("country", country));
    }
    let kept = &settings.backups;
    if kept.last == 0 || kept.last > 1000 || kept.days > 3650 || kept.months > 1200 {
        return Err(Error::invalid(
            "backups",
            format!("{} {} {}", kept.last, kept.days, kept.months),
        ));
    }
    if let Some(path) = &settings.extra_ca {
        CaFile::read(path)?;
    }
    let mlflow = &settings.mlflow;
    if !mlflow.url.is_empty() {
        puente_net::check_url(&mlflow.url).map_err(|_| Error::invalid("mlflow", &mlflow.url))?;
    }
    network_of(settings, None).check()?;
    Ok(())
}

fn is_zone(zone: &str) -> bool {
    zone.parse::<Tz>().is_ok()
}

/// This machine's zone, where it has a name.
fn usual_zone() -> String {
    iana_time_zone::get_timezone()
        .ok()
        .filter(|zone| is_zone(zone))
        .unwrap_or_else(|| Tz::America__Bogota.name().to_owned())
}

/// The way out to the network that the office chose.
///
/// # Errors
/// Those of the store and of the keyring.
pub(crate) fn network(app: &App) -> Result<Network> {
    network_from(&app.room.state, &app.config, &app.room.secrets)
}

/// As [`network`], for work that outlives a command.
pub(crate) fn network_from(
    state: &Database,
    config: &Config,
    secrets: &Secrets,
) -> Result<Network> {
    let settings = read(state, config)?;
    let password = match settings.proxy.user.is_empty() {
        true => None,
        false => secrets.find(PROXY_SECRET)?,
    };
    Ok(network_of(&settings, password))
}

fn network_of(settings: &Settings, password: Option<Secret>) -> Network {
    Network {
        proxy: settings.proxy.mode,
        proxy_url: settings.proxy.url.clone(),
        proxy_user: settings.proxy.user.clone(),
        proxy_password: password,
        extra_ca: settings.extra_ca.clone(),
        ..Network::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_core::Code;
    use serde_json::Value;

    fn change(value: Value) -> Change {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_set_is_there_after_the_next_start_and_the_rest_is_as_it_comes() {
        let desk = Desk::new();
        let request = change(json!({ "lang": "en", "theme": "dark", "zone": "America/Santiago" }));
        set(&desk.app, request).unwrap();
        let again = read(&desk.app.room.state, &Config::default()).unwrap();
        assert_eq!((again.lang, again.theme), (Lang::En, Theme::Dark));
        assert_eq!(again.zone, "America/Santiago");
        assert_eq!(again.backups, BackupConfig::default());
        assert_eq!(desk.app.lang(), Lang::En, "answers speak it at once");
    }

    #[test]
    fn values_that_do_not_fit_are_refused_by_field_and_change_nothing() {
        let desk = Desk::new();
        for (wrong, field) in [
            (
                json!({ "zone": "America/Macondo", "theme": "dark" }),
                "zone",
            ),
            (json!({ "country": "Colombia" }), "country"),
            (
                json!({ "backups": { "last": 0, "days": 1, "months": 1 } }),
                "backups",
            ),
            (json!({ "extra_ca": "/no/such/file.pem" }), "extra_ca"),
            (
                json!({ "proxy": { "mode": "manual", "url": "10.0.0.1" } }),
                "proxy",
            ),
            (
                json!({ "proxy": { "mode": "manual", "url": "http://u:p@10.0.0.1:1" } }),
                "proxy",
            ),
        ] {
            let error = set(&desk.app, change(wrong)).unwrap_err();
            assert_eq!(error.code, Code::InvalidInput);
            assert_eq!(error.values["field"], field);
        }
        let settings = get(&desk.app, Nothing {}).unwrap().settings;
        assert_eq!(settings, Settings::usual(&desk.app.config));
    }

    #[test]
    fn a_setting_of_another_version_is_passed_over() {
        let desk = Desk::new();
        desk.app
            .room
            .state
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO setting VALUES ('future', '1'), ('theme', '\"sepia\"'), ('lang', '\"en\"')",
                )
                .map_err(puente_store::Error::from)
            })
            .unwrap();
        let settings = get(&desk.app, Nothing {}).unwrap().settings;
        assert_eq!((settings.theme, settings.lang), (Theme::System, Lang::En));
    }

    #[test]
    fn the_password_of_a_proxy_is_in_the_keyring_only() {
        let desk = Desk::new();
        let proxy = json!({ "mode": "manual", "url": "http://10.0.0.1:3128", "user": "ana" });
        let request = change(json!({ "proxy": proxy, "proxy_password": "canary-7f1d" }));
        let view = set(&desk.app, request).unwrap();
        assert!(view.has_proxy_password);
        assert!(!serde_json::to_string(&view).unwrap().contains("canary"));
        assert_eq!(
            network(&desk.app).unwrap().proxy_password.unwrap().expose(),
            "canary-7f1d"
        );
        let view = set(&desk.app, change(json!({ "proxy_password": "" }))).unwrap();
        assert!(!view.has_proxy_password);
    }
}
