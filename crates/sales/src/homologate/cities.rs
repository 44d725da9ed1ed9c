//! Cities of Colombia by DANE's division (DIVIPOLA): five digits, the first two of them the department.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Department of each state of ISO 3166-2 (`CO-ANT`).
const DEPARTMENTS: [(&str, &str); 33] = [
    ("AMA", "91"),
    ("ANT", "05"),
    ("ARA", "81"),
    ("ATL", "08"),
    ("BOL", "13"),
    ("BOY", "15"),
    ("CAL", "17"),
    ("CAQ", "18"),
    ("CAS", "85"),
    ("CAU", "19"),
    ("CES", "20"),
    ("CHO", "27"),
    ("COR", "23"),
    ("CUN", "25"),
    ("DC", "11"),
    ("GUA", "94"),
    ("GUV", "95"),
    ("HUI", "41"),
    ("LAG", "44"),
    ("MAG", "47"),
    ("MET", "50"),
    ("NAR", "52"),
    ("NSA", "54"),
    ("PUT", "86"),
    ("QUI", "63"),
    ("RIS", "66"),
    ("SAN", "68"),
    ("SAP", "88"),
    ("SUC", "70"),
    ("TOL", "73"),
    ("VAC", "76"),
    ("VAU", "97"),
    ("VID", "99"),
];

/// Names by which cities are known beside the official one: department, name, code.
const ALIASES: [(&str, &str, &str); 14] = [
    ("05", "santa fe de antioquia", "05042"),
    ("05", "peñol", "05541"),
    ("11", "santa fe de bogota", "11001"),
    ("13", "cartagena de indias", "13001"),
    ("13", "mompox", "13468"),
    ("25", "ubate", "25843"),
    ("52", "tumaco", "52835"),
    ("52", "san juan de pasto", "52001"),
    ("54", "san jose de cucuta", "54001"),
    ("70", "tolu", "70820"),
    ("70", "since", "70742"),
    ("76", "buga", "76111"),
    ("76", "santiago de cali", "76001"),
    ("73", "san sebastian de mariquita", "73443"),
];

struct Cities {
    by_name: HashMap<(&'static str, String), &'static str>,
    names: HashMap<&'static str, &'static str>,
}

static CITIES: LazyLock<Cities> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    let mut names = HashMap::new();
    for line in include_str!("../../data/divipola.tsv").lines() {
        let Some((code, all)) = line.split_once('\t') else {
            continue;
        };
        for name in all.split('|') {
            names.entry(code).or_insert(name);
            by_name.entry((&code[..2], plain(name))).or_insert(code);
        }
    }
    for (department, name, code) in ALIASES {
        by_name.entry((department, plain(name))).or_insert(code);
    }
    Cities { by_name, names }
});

/// The department of a state, `CO-ANT` or `Antioquia`'s code alone.
pub fn department(state: &str) -> Option<&'static str> {
    let code = state.strip_prefix("CO-").unwrap_or(state);
    DEPARTMENTS
        .iter()
        .find(|(iso, _)| iso.eq_ignore_ascii_case(code))
        .map(|(_, department)| *department)
}

/// The city of that name in a state.
pub fn find(state: &str, name: &str) -> Option<&'static str> {
    let department = department(state)?;
    // The capital is a department of its own, and people write it under the one around it too.
    let name = plain(name);
    if name == "bogota" && ["11", "25"].contains(&department) {
        return Some("11001");
    }
    CITIES.by_name.get(&(department, name)).copied()
}

/// Whether there is such a city.
pub fn exists(code: &str) -> bool {
    CITIES.names.contains_key(code)
}

/// Its official name.
pub fn name(code: &str) -> Option<&'static str> {
    CITIES.names.get(code).copied()
}

/// The key under which a city can be mapped: `CO-ANT/medellin`.
pub fn key(state: &str, city: &str) -> String {
    format!("{state}/{}", plain(city))
}

/// The cities most like a name in a state, for suggestions.
pub fn like(state: &str, city: &str) -> Vec<(&'static str, &'static str)> {
    let wanted = plain(city);
    let department = department(state);
    let mut found: Vec<_> = CITIES
        .names
        .iter()
        .filter(|(code, _)| department.is_none_or(|department| code.starts_with(department)))
        .filter(|(_, name)| {
            let name = plain(name);
            !wanted.is_empty() && (name.contains(&wanted) || wanted.contains(&name))
        })
        .map(|(code, name)| (*code, *name))
        .collect();
    found.sort_unstable();
    found.truncate(5);
    found
}

/// Lower case, without accents, points and the words that only tell the capital's district.
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        let c = match c {
            'á' | 'à' | 'â' | 'ã' => 'a',
            'é' | 'è' | 'ê' => 'e',
            'í' | 'ì' | 'î' => 'i',
            'ó' | 'ò' | 'ô' | 'õ' => 'o',
            'ú' | 'ù' | 'ü' | 'û' => 'u',
            'ñ' => 'n',
            '.' => continue,
            c if c.is_alphanumeric() => c,
            _ => ' ',
        };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    let out = out.trim();
    let out = out.strip_suffix(" dc").unwrap_or(out);
    out.strip_suffix(" distrito capital")
        .unwrap_or(out)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_are_found_however_they_are_written() {
        for (state, name, code) in [
            ("CO-DC", "Bogotá D.C.", "11001"),
            ("CO-DC", "BOGOTA", "11001"),
            ("CO-CUN", "Bogotá, D.C.", "11001"),
            ("CO-ANT", "medellín", "05001"),
            ("CO-VAC", "Santiago de Cali", "76001"),
            ("CO-BOL", "Cartagena de Indias", "13001"),
            ("CO-ATL", " Barranquilla ", "08001"),
            ("CO-NSA", "Cúcuta", "54001"),
            ("CO-BOY", "Tunja", "15001"),
        ] {
            assert_eq!(find(state, name), Some(code), "{state} {name}");
        }
    }

    #[test]
    fn the_same_name_in_another_department_is_another_city() {
        assert_eq!(find("CO-CAL", "Armenia"), None);
        assert_eq!(find("CO-QUI", "Armenia"), Some("63001"));
        assert_eq!(find("CO-ANT", "Armenia"), Some("05059"));
    }

    #[test]
    fn every_code_is_of_a_known_department() {
        let known: Vec<&str> = DEPARTMENTS.iter().map(|(_, code)| *code).collect();
        assert!(CITIES.names.len() > 1100, "{}", CITIES.names.len());
        for code in CITIES.names.keys() {
            assert!(code.len() == 5 && known.contains(&&code[..2]), "{code}");
        }
        for (department, name, code) in ALIASES {
            assert!(code.starts_with(department) && exists(code), "{name}");
        }
    }

    #[test]
    fn what_is_nearly_a_city_is_suggested() {
        let found = like("CO-ANT", "Medellin Antioquia");
        assert!(found.contains(&("05001", "Medellín")), "{found:?}");
    }
}
