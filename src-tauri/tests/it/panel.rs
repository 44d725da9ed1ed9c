//! A panel that shows icons, as far as the bus can tell, and a place where notices arrive.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

const MENU: &str = "com.canonical.dbusmenu";

pub struct Panel {
    bus: Connection,
    icons: Receiver<(String, String)>,
    notices: Receiver<(String, String)>,
}

struct Watcher(Sender<(String, String)>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &self,
        service: &str,
        #[zbus(header)] header: zbus::message::Header<'_>,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        drop(self.0.send((sender, service.to_owned())));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Notices(Sender<(String, String)>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notices {
    #[allow(clippy::too_many_arguments, reason = "as the specification has it")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        drop(self.0.send((summary.to_owned(), body.to_owned())));
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let text = |text: &str| text.to_owned();
        (text("test"), text("puente"), text("1"), text("1.2"))
    }
}

impl Panel {
    pub fn start(address: &str) -> Panel {
        let (icon, icons) = channel();
        let (notice, notices) = channel();
        let bus = connection::Builder::address(address)
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(icon))
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Notices(notice))
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .build()
            .unwrap();
        Panel {
            bus,
            icons,
            notices,
        }
    }

    /// The icon that Puente put up.
    pub fn icon(&self) -> Icon {
        let (sender, service) = self.icons.recv_timeout(Duration::from_secs(120)).unwrap();
        let path = if service.starts_with('/') {
            service
        } else {
            "/StatusNotifierItem".to_owned()
        };
        let item = Proxy::new(
            &self.bus,
            sender.clone(),
            path,
            "org.kde.StatusNotifierItem",
        )
        .unwrap();
        let menu: OwnedObjectPath = item.get_property("Menu").unwrap();
        let menu = Proxy::new(&self.bus, sender, menu, MENU).unwrap();
        Icon { menu }
    }

    /// The next notice: its title and its text.
    pub fn notice(&self) -> (String, String) {
        self.notices.recv_timeout(Duration::from_secs(120)).unwrap()
    }
}

pub struct Icon {
    menu: Proxy<'static>,
}

type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Icon {
    /// The menu's items: their numbers and their texts.
    pub fn items(&self) -> Vec<(i32, String)> {
        let none: &[&str] = &[];
        let answer: (u32, Layout) = self.menu.call("GetLayout", &(0_i32, -1_i32, none)).unwrap();
        let (_, (_, _, children)) = answer;
        children
            .into_iter()
            .filter_map(|child| item(&child))
            .collect()
    }

    /// Chooses the item with that text.
    pub fn choose(&self, text: &str) {
        let items = self.items();
        let (id, _) = items
            .iter()
            .find(|(_, label)| label == text)
            .unwrap_or_else(|| {
                panic!("{text:?} is not among {items:?}");
            });
        let nothing = Value::from(0_i32);
        let _: () = self
            .menu
            .call("Event", &(*id, "clicked", nothing, 0_u32))
            .unwrap();
    }
}

/// An item is `(number, properties, children)`; a separator has no text.
fn item(child: &OwnedValue) -> Option<(i32, String)> {
    let item = child.downcast_ref::<Structure<'_>>().ok()?;
    let [id, properties, _] = item.fields() else {
        return None;
    };
    let id = id.downcast_ref::<i32>().ok()?;
    let Value::Dict(properties) = properties else {
        return None;
    };
    let label: Option<String> = properties.get(&"label").ok().flatten();
    Some((id, label?))
}
