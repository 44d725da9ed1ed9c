//! The list of commands in TypeScript: `ui/src/generated/commands.ts`, written by a test.

use crate::commands::{COMMANDS, Tag};
use crate::events::Event;
use puente_core::ErrorView;
use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt::Write;
use ts_rs::{Config, TS, TypeVisitor};

/// The names of a command's types in TypeScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Types {
    /// Of its request.
    pub request: String,
    /// Of its response.
    pub response: String,
}

/// Declarations by name, each once.
pub struct Bindings {
    config: Config,
    declared: BTreeMap<String, (TypeId, String)>,
}

impl Bindings {
    fn new() -> Bindings {
        Bindings {
            // Ids and counts stay far below 2^53; amounts are texts.
            config: Config::new().with_large_int("number"),
            declared: BTreeMap::new(),
        }
    }

    /// Declares a type and what it refers to, and gives its name.
    pub fn add<T: TS + 'static + ?Sized>(&mut self) -> String {
        let name = T::name(&self.config);
        if T::output_path().is_some() {
            let ident = T::ident(&self.config);
            let id = TypeId::of::<T::WithoutGenerics>();
            if let Some((known, _)) = self.declared.get(&ident) {
                assert_eq!(*known, id, "two types are called {ident} in TypeScript");
                return name;
            }
            let docs = T::docs().unwrap_or_default();
            let text = tidy(&format!("{docs}export {}", T::decl(&self.config)));
            self.declared.insert(ident, (id, text));
        }
        T::visit_generics(self);
        T::visit_dependencies(self);
        name
    }
}

impl TypeVisitor for Bindings {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

/// The whole file.
pub fn typescript() -> String {
    let mut bindings = Bindings::new();
    let types: Vec<Types> = COMMANDS
        .iter()
        .map(|command| (command.types)(&mut bindings))
        .collect();
    bindings.add::<ErrorView>();
    bindings.add::<Event>();
    bindings.add::<Tag>();
    let mut map = String::new();
    let mut facts = String::new();
    for (command, types) in COMMANDS.iter().zip(types) {
        let (name, starts_job, reopens) = (command.name, command.starts_job, command.reopens);
        let Types { request, response } = types;
        let reads = list(command.reads);
        let changes = list(command.changes);
        // Writing to a text never fails.
        let _ = writeln!(
            map,
            "  \"{name}\": {{ request: {request}; response: {response} }};"
        );
        let _ = writeln!(
            facts,
            "  \"{name}\": {{ reads: {reads}, changes: {changes}, startsJob: {starts_job}, reopens: {reopens} }},"
        );
    }
    let declared: Vec<String> = bindings
        .declared
        .into_values()
        .map(|(_, text)| text)
        .collect();
    format!(
        "// Generated from crates/app/src/commands.rs by its test. To write it anew:\n\
         // PUENTE_WRITE_BINDINGS=1 cargo test -p puente-app bindings\n\n\
         {}\n\n\
         /** Every command with its request and its response. */\n\
         export type Commands = {{\n{map}}};\n\n\
         export type CommandName = keyof Commands;\n\n\
         /** What a command reads and makes stale, whether its answer comes before the work, and whether the host opens its data anew after it. */\n\
         export const COMMANDS: Record<CommandName, {{ reads: Tag[]; changes: Tag[]; startsJob: boolean; reopens: boolean }}> = {{\n{facts}}};\n",
        declared.join("\n\n")
    )
}

/// Without blanks at the ends of lines, and without the brackets that only rustdoc reads.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").replace("[`", "`").replace("`]", "`")
}

fn list(tags: &[Tag]) -> String {
    serde_json::to_string(tags).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `npm test` compares; a person who changed the list writes.
    #[test]
    fn the_bindings_of_the_interface_are_those_of_the_list() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/generated/commands.ts");
        let wanted = typescript();
        if std::env::var("PUENTE_WRITE_BINDINGS").as_deref() == Ok("1") {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found.replace("\r\n", "\n") == wanted,
            "ui/src/generated/commands.ts is stale: PUENTE_WRITE_BINDINGS=1 cargo test -p puente-app bindings"
        );
    }
}
