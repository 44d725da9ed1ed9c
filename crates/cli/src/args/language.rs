//! The command line in the language of who reads it: its help, and what is wrong with a line.

use crate::texts;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use puente_core::Lang;

/// The command tree with its texts in `lang`. `path` is that of the command, `puente.servers.add`.
pub fn translate(command: Command, path: &str, lang: Lang) -> Command {
    let own = path.strip_prefix("puente.").unwrap_or(path);
    let verbs: Vec<String> = command
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect();
    let text = |key| texts::get(lang, key);
    let mut command = command
        .about(texts::get(lang, &format!("help.{own}")))
        .help_template(format!(
            "{{about}}\n\n{}: {{usage}}\n\n{{all-args}}",
            text("usage.usage")
        ))
        .subcommand_help_heading(text("usage.verbs"))
        .subcommand_value_name(text("usage.verb"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help),
        )
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version),
        )
        .mut_args(|arg| explain(arg, own, lang));
    for verb in verbs {
        command =
            command.mut_subcommand(&verb, |sub| translate(sub, &format!("{path}.{verb}"), lang));
    }
    command
}

fn explain(arg: Arg, own: &str, lang: Lang) -> Arg {
    let specific = format!("arg.{own}.{}", arg.get_id());
    let mut text = texts::find(lang, &specific)
        .unwrap_or_else(|| texts::get(lang, &format!("arg.{}", arg.get_id())))
        .to_owned();
    let mut add = |key, values: Vec<String>| {
        if !values.is_empty() {
            let values = values.join(", ");
            text += &format!(" [{}: {values}]", texts::get(lang, key));
        }
    };
    let takes_values = arg.get_action().takes_values();
    if takes_values {
        let possible = arg.get_possible_values();
        let names = possible.iter().map(|value| value.get_name().to_owned());
        add("usage.possible", names.collect());
        let left_out = arg.get_default_values().iter();
        let left_out = left_out.map(|value| value.to_string_lossy().into_owned());
        add(
            "usage.default",
            left_out.filter(|value| !value.is_empty()).collect(),
        );
    }
    let heading = match arg.is_positional() {
        true => "usage.arguments",
        false => "usage.options",
    };
    arg.help(text)
        .hide_possible_values(takes_values)
        .hide_default_value(takes_values)
        .help_heading(texts::get(lang, heading))
}

/// What is wrong with a line and how to go on; none where it is help that was asked for.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the library may come to know more kinds of errors"
)]
pub fn mistake(error: &clap::Error, lang: Lang) -> Option<String> {
    let key = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::UnknownArgument => "usage.unknown_argument",
        ErrorKind::InvalidSubcommand => "usage.unknown_verb",
        ErrorKind::MissingSubcommand => "usage.missing_verb",
        ErrorKind::MissingRequiredArgument => "usage.missing_argument",
        ErrorKind::ArgumentConflict => "usage.conflict",
        ErrorKind::InvalidUtf8 => "usage.not_text",
        ErrorKind::InvalidValue if said(error, ContextKind::InvalidValue).is_empty() => {
            "usage.missing_value"
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage.bad_value",
        _ => "usage.bad_line",
    };
    let verb = said(error, ContextKind::InvalidSubcommand);
    let arg = match verb.is_empty() {
        true => said(error, ContextKind::InvalidArg),
        false => verb,
    };
    let mut lines = vec![format!(
        "{}: {}",
        texts::get(lang, "severity.failure"),
        texts::fill(
            lang,
            key,
            &[
                ("arg", &arg),
                ("value", &said(error, ContextKind::InvalidValue)),
                ("other", &said(error, ContextKind::PriorArg)),
            ],
        )
    )];
    let ways = [
        (ContextKind::ValidValue, "usage.possible"),
        (ContextKind::SuggestedArg, "usage.perhaps"),
        (ContextKind::SuggestedSubcommand, "usage.perhaps"),
    ];
    for (kind, heading) in ways {
        let said = said(error, kind);
        if !said.is_empty() {
            lines.push(format!("  {}: {said}", texts::get(lang, heading)));
        }
    }
    if let Some(source) = std::error::Error::source(error) {
        lines.push(format!("  {}: {source}", texts::get(lang, "error.detail")));
    }
    let usage = said(error, ContextKind::Usage);
    if let Some((_, usage)) = usage.split_once(": ") {
        lines.push(format!("  {}: {usage}", texts::get(lang, "usage.usage")));
    }
    lines.push(format!("  → {}", texts::get(lang, "usage.more")));
    Some(lines.join("\n"))
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the library may come to know more kinds of values"
)]
fn said(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(texts)) => {
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            texts.join(", ")
        }
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::command;

    fn told(line: &[&str], lang: Lang) -> String {
        let line = std::iter::once("puente").chain(line.iter().copied());
        let error = command(lang).try_get_matches_from(line).unwrap_err();
        mistake(&error, lang).unwrap_or_else(|| error.to_string())
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_in_both_languages() {
        let lines: [(&[&str], &str, &str); 8] = [
            (
                &["servers", "add", "--hots", "x"],
                "No existe",
                "no argument",
            ),
            (&["servers", "ad"], "la orden «ad»", "no verb “ad”"),
            (&["servers", "add"], "Falta: --name", "Missing: --name"),
            (&["jobs", "list", "--limit"], "Falta el valor", "is missing"),
            (
                &["jobs", "list", "--limit", "x"],
                "«x» no sirve",
                "“x” does not fit",
            ),
            (&["demo", "salez"], "erp, sales, solar", "erp, sales, solar"),
            (
                &["servers", "add", "--hots", "x"],
                "Quizá: --host",
                "Perhaps: --host",
            ),
            (&["servers", "ad"], "→ La ayuda", "→ The whole help"),
        ];
        for (line, es, en) in lines {
            for (lang, part) in [(Lang::Es, es), (Lang::En, en)] {
                let told = told(line, lang);
                assert!(told.contains(part), "{line:?}: {told}");
            }
        }
    }

    #[test]
    fn help_is_in_one_language() {
        let help = told(&["sales", "--help"], Lang::Es);
        for (there, not) in [
            ("Uso: ", "Usage"),
            ("Órdenes:", "Commands"),
            ("ayuda", "Print help"),
        ] {
            assert!(help.contains(there) && !help.contains(not), "{help}");
        }
        let help = told(&["demo", "--help"], Lang::Es);
        assert!(
            help.contains("si se omite: erp") && !help.contains("default"),
            "{help}"
        );
    }
}
