//! Places, articles and parties of a sample company.

use super::dice::Dice;
use super::rows::{Article, Party, Place};
use crate::Charset;
use puente_core::TaxIdKind;

/// Names that the shipped rules for places get right, and names that they get wrong.
pub(crate) const PLACES: [Place; 8] = [
    Place {
        id: 1,
        code: "00",
        name: "BODEGA IMPLANTES",
    },
    Place {
        id: 2,
        code: "01",
        name: "EQ. DE PODER",
    },
    Place {
        id: 3,
        code: "02",
        name: "INSTRUMENTAL AÑO 2020",
    },
    Place {
        id: 4,
        code: "03",
        name: "AVERÍAS",
    },
    Place {
        id: 5,
        code: "04",
        name: "LIMPIEZA",
    },
    Place {
        id: 6,
        code: "05",
        name: "REQUISICIONES",
    },
    Place {
        id: 7,
        code: "06",
        name: "ALMACÉN CÚCUTA Nº 2",
    },
    Place {
        id: 8,
        code: "07",
        name: "CONSIGNACIÓN CLÍNICA SAN JOSÉ",
    },
];

const NOUNS: [&str; 16] = [
    "TORNILLO CORTICAL",
    "TORNILLO ESPONJOSO",
    "PLACA DE COMPRESIÓN",
    "CLAVO INTRAMEDULAR",
    "CUÑA DE OSTEOTOMÍA",
    "SIERRA OSCILANTE PEQUEÑA",
    "BROCA CANULADA",
    "PINZA DE REDUCCIÓN",
    "CAÑA PARA FRESA",
    "PRÓTESIS DE CADERA",
    "JUEGO DE ESPÁTULAS",
    "BATERÍA RECARGABLE",
    "CEMENTO ÓSEO",
    "MALLA DE TITANIO",
    "GUÍA MÉDULA",
    "PAÑO ESTÉRIL",
];
const MATERIALS: [&str; 6] = [
    "ACERO 316L",
    "TITANIO",
    "CROMO-COBALTO",
    "POLIETILENO",
    "CERÁMICA",
    "PEEK",
];
const UNITS: [&str; 4] = ["UND", "PAR", "CJA", "MTS"];

const FIRST: [&str; 12] = [
    "COMPAÑÍA",
    "CLÍNICA",
    "DISTRIBUIDORA",
    "HOSPITAL",
    "DROGUERÍA",
    "FUNDACIÓN",
    "ORTOPÉDICOS",
    "IMPORTADORA",
    "SERVICIOS MÉDICOS",
    "CENTRO QUIRÚRGICO",
    "ALMACÉN",
    "LOGÍSTICA",
];
const SECOND: [&str; 12] = [
    "MUÑOZ",
    "PEÑARANDA",
    "IBÁÑEZ",
    "DEL NORTE",
    "SAN JOSÉ",
    "NARIÑO",
    "CÚCUTA",
    "LOS ANDES",
    "BOLÍVAR",
    "LA ESPERANZA",
    "GÜELL",
    "ACUÑA & HIJOS",
];

/// The articles of a company: the same in every year of it.
pub(crate) fn articles(seed: u64, company: u64, count: usize, charset: Charset) -> Vec<Article> {
    let mut dice = Dice::new(seed, &[company, 1]);
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    (1..=count)
        .map(|id| article(id, &mut dice, charset))
        .collect()
}

fn article(id: i32, dice: &mut Dice, charset: Charset) -> Article {
    let noun = dice.pick(&NOUNS).copied().unwrap_or_default();
    let material = dice.pick(&MATERIALS).copied().unwrap_or_default();
    let (diameter, length) = (dice.between(15, 99), dice.between(8, 140));
    let (whole, tenth) = (diameter / 10, diameter % 10);
    let mut name = format!("{noun} Ø{whole},{tenth}mm x {length}mm {material}");
    if id % 9 == 0 {
        name.push_str(if charset.has_euro() {
            " REF. 45 €"
        } else {
            " REF. 45 EUR"
        });
    }
    let decimals = match id % 4 {
        0 => dice.between(0, 9_999),
        1 => dice.between(0, 99) * 100,
        _ => 0,
    };
    Article {
        id,
        code: format!("ART-{id:05}"),
        name: Some(name),
        unit: dice.pick(&UNITS).copied().unwrap_or_default(),
        price_e4: dice.between(1_500, 900_000) * 10_000 + decimals,
        season: usize::try_from(dice.below(12)).unwrap_or(0),
    }
}

/// Articles as some clerks type them. They take the ids after the ordinary ones.
pub(crate) fn odd_articles(after: i32) -> Vec<Article> {
    let long = "PLACA BLOQUEADA PARA RADIO DISTAL, ÁNGULO VARIABLE, 2,4/2,7 mm, CABEZA DE 6 \
                AGUJEROS, CUERPO DE 3, DERECHA, ESTÉRIL.";
    let names = [
        ("  ART-BLANCOS   ", Some("CÓDIGO CON BLANCOS ALREDEDOR")),
        (
            "ART-SALTO",
            Some("NOMBRE EN DOS\r\nRENGLONES Y UN\tTABULADOR"),
        ),
        ("ART-NULO", None),
        ("ART-LARGO", Some(long)),
        (
            "ART;\"COMILLAS\"",
            Some("GUÍA \"KIRSCHNER\"; 1,5 mm | 'ESTÉRIL' <b>&amp;</b>"),
        ),
    ];
    (after + 1..)
        .zip(names)
        .map(|(id, (code, name))| Article {
            id,
            code: code.to_owned(),
            name: name.map(str::to_owned),
            unit: "UND",
            price_e4: 123_456_789,
            season: 0,
        })
        .collect()
}

/// Customers and suppliers of a company.
pub(crate) fn parties(seed: u64, company: u64, count: usize) -> Vec<Party> {
    let mut dice = Dice::new(seed, &[company, 2]);
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    (1..=count)
        .map(|id| {
            let first = dice.pick(&FIRST).copied().unwrap_or_default();
            let second = dice.pick(&SECOND).copied().unwrap_or_default();
            // TNS keeps voided customers under this word where a number should be.
            let tax_id = match id {
                5 => "ANULA".to_owned(),
                _ => nit(u64::try_from(800_000_000 + i64::from(id) * 9_973).unwrap_or_default()),
            };
            Party {
                id,
                tax_id,
                name: format!("{first} {second} {id} S.A.S."),
            }
        })
        .collect()
}

/// A NIT with its check digit, as TNS writes it: `900123456-8`.
pub(crate) fn nit(body: u64) -> String {
    let body = body.to_string();
    match TaxIdKind::Nit.check_digit(&body) {
        Some(digit) => format!("{body}-{digit}"),
        None => body,
    }
}
