//! A file dragged out of another program and dropped on the window, as file managers do it: version 5 of
//! <https://www.freedesktop.org/wiki/Specifications/XDND/>, the source's side.

use crate::desktop::until;
use std::path::Path;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const VERSION: u32 = 5;

/// What a program that drags has to know.
struct Source {
    x: RustConnection,
    root: Window,
    own: Window,
    target: Window,
    /// The file, as one program tells another.
    list: Vec<u8>,
    /// How often the target has said that it would take it where it was held.
    accepted: u32,
    finished: bool,
}

/// Drags the file to that place of the window, lets it fall, and returns when the window has taken it.
pub fn drop_file(display: &str, file: &Path, place: (i16, i16)) {
    let mut source = Source::new(display, file);
    source.tell(
        "XdndEnter",
        [VERSION << 24, source.atom("text/uri-list"), 0, 0],
    );
    let at = source
        .x
        .translate_coordinates(source.target, source.root, place.0, place.1)
        .unwrap()
        .reply()
        .unwrap();
    let at = u32::from(at.dst_x.cast_unsigned()) << 16 | u32::from(at.dst_y.cast_unsigned());
    let copy = source.atom("XdndActionCopy");
    // A hand holds it there, and says so over and over, until the page has seen it come and stay.
    until("the window would take the file", || {
        source.tell("XdndPosition", [0, at, x11rb::CURRENT_TIME, copy]);
        source.attend();
        (source.accepted > 3).then_some(())
    });
    source.tell("XdndDrop", [0, x11rb::CURRENT_TIME, 0, 0]);
    until("the window has the file", || {
        source.attend();
        source.finished.then_some(())
    });
}

impl Source {
    fn new(display: &str, file: &Path) -> Source {
        let (x, screen) = x11rb::connect(Some(display)).unwrap();
        let root = x.setup().roots[screen].root;
        let own = x.generate_id().unwrap();
        let class = WindowClass::INPUT_ONLY;
        let nothing = CreateWindowAux::new();
        x.create_window(0, own, root, -9, -9, 1, 1, 0, class, 0, &nothing)
            .unwrap();
        let mut source = Source {
            x,
            root,
            own,
            target: root,
            list: format!("file://{}\r\n", file.display()).into_bytes(),
            accepted: 0,
            finished: false,
        };
        let selection = source.atom("XdndSelection");
        source
            .x
            .set_selection_owner(own, selection, x11rb::CURRENT_TIME)
            .unwrap();
        source.target = until("a window that takes files is there", || source.aware());
        source
    }

    fn atom(&self, name: &str) -> Atom {
        let asked = self.x.intern_atom(false, name.as_bytes()).unwrap();
        asked.reply().unwrap().atom
    }

    /// The window of the screen that says that it takes what is dragged.
    fn aware(&self) -> Option<Window> {
        let name = self.atom("XdndAware");
        let all = self.x.query_tree(self.root).unwrap().reply().unwrap();
        all.children.into_iter().find(|window| {
            let asked = self
                .x
                .get_property(false, *window, name, AtomEnum::ATOM, 0, 1);
            asked
                .unwrap()
                .reply()
                .is_ok_and(|property| property.value_len == 1)
        })
    }

    fn tell(&self, name: &str, rest: [u32; 4]) {
        let data = [self.own, rest[0], rest[1], rest[2], rest[3]];
        let message = ClientMessageEvent::new(32, self.target, self.atom(name), data);
        self.x
            .send_event(false, self.target, EventMask::NO_EVENT, message)
            .unwrap();
        self.x.flush().unwrap();
    }

    /// Takes what the window has said since.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "X11 tells of much more than concerns what is dragged"
    )]
    fn attend(&mut self) {
        while let Some(event) = self.x.poll_for_event().unwrap() {
            match event {
                Event::ClientMessage(said) if said.type_ == self.atom("XdndStatus") => {
                    self.accepted += said.data.as_data32()[1] & 1;
                }
                Event::ClientMessage(said) if said.type_ == self.atom("XdndFinished") => {
                    assert_eq!(said.data.as_data32()[1] & 1, 1, "it was not taken");
                    self.finished = true;
                }
                Event::SelectionRequest(wish) => self.give(&wish),
                _ => {}
            }
        }
    }

    fn give(&self, wish: &SelectionRequestEvent) {
        let is_list = wish.target == self.atom("text/uri-list");
        if is_list {
            self.x
                .change_property8(
                    PropMode::REPLACE,
                    wish.requestor,
                    wish.property,
                    wish.target,
                    &self.list,
                )
                .unwrap();
        }
        let given = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: wish.time,
            requestor: wish.requestor,
            selection: wish.selection,
            target: wish.target,
            property: if is_list { wish.property } else { x11rb::NONE },
        };
        self.x
            .send_event(false, wish.requestor, EventMask::NO_EVENT, given)
            .unwrap();
        self.x.flush().unwrap();
    }
}
