//! The sample as an office has it that exports files: a list of companies and, for each, its
//! movements.

use super::plan::{BUSINESSES, Plan};
use super::rows::{Article, Document, Line, Transfer, TransferLine, amount_e4};
use super::sheet::{FileFormat, Sheet, Value};
use super::{ExpectedGroup, ExpectedState, SampleOptions};
use crate::Error;
use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use puente_core::fixed::{MONEY_SCALE, QUANTITY_SCALE};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with sample files.
#[derive(Debug, Clone)]
pub struct SampleFiles {
    /// The folder.
    pub folder: PathBuf,
    /// The file that lists the companies: `empresas.csv` or `empresas.xlsx`. Besides the good ones
    /// it lists one without NIT and one whose file is missing.
    pub companies_file: PathBuf,
    /// The good companies, in the order of that file.
    pub companies: Vec<SampleFileCompany>,
}

/// One company in one fiscal year: one file.
#[derive(Debug, Clone)]
pub struct SampleFileCompany {
    /// Name.
    pub name: String,
    /// Tax id as the list has it.
    pub nit: String,
    /// Fiscal year.
    pub year: i32,
    /// Its movements.
    pub path: PathBuf,
    /// Rows of movements.
    pub rows: u64,
    /// Their exact sums, in order. Transfers are of the type `TR`.
    pub groups: Vec<ExpectedGroup>,
}

/// Transfers are numbered apart in the ERP, and in a file must not share ids with the lines.
const TRANSFER_IDS: i64 = 1_000_000_000;

const COMPANY_HEADERS: [&str; 5] = ["Código", "Nombre", "NIT", "Año", "Archivo"];

const HEADERS: [&str; 19] = [
    "Línea",
    "Tipo",
    "Prefijo",
    "Número",
    "Fecha",
    "Estado",
    "Referencia",
    "Descripción",
    "Unidad",
    "Código bodega",
    "Bodega",
    "Código bodega destino",
    "Bodega destino",
    "NIT",
    "Cliente",
    "Cantidad",
    "Precio",
    "Total",
    "Costo",
];

impl SampleFiles {
    /// Writes a tiny sample as CSV files for Windows into `folder`, which is created.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn create(folder: &Path) -> Result<Self, Error> {
        Self::create_as(folder, FileFormat::default(), &SampleOptions::default())
    }

    /// Writes the sample of these options in that format. The same options give the same rows in
    /// every format. Of the odd rows only the names that are hard to write are there: a file with
    /// the others is refused, which tests do with files of their own.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Workbook`].
    pub fn create_as(
        folder: &Path,
        format: FileFormat,
        options: &SampleOptions,
    ) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let folder = folder.canonicalize().map_err(Error::file(folder))?;
        let extension = match format {
            FileFormat::Windows | FileFormat::Utf8 => "csv",
            FileFormat::Workbook => "xlsx",
        };
        let mut companies = Vec::new();
        let mut list = Vec::new();
        for index in 0..options.companies.clamp(1, BUSINESSES.len()) {
            for year in &options.years {
                let mut plan = Plan::new(options, index, *year);
                if options.odd_rows {
                    plan.add_odd_articles();
                }
                let name = format!("movimientos_{}_{year}.{extension}", plan.business.code);
                let company = write_company(&folder.join(&name), format, &plan)?;
                list.push((
                    plan.business.code,
                    company.name.clone(),
                    company.nit.clone(),
                    *year,
                    name,
                ));
                companies.push(company);
            }
        }
        let year = options.years.last().copied().unwrap_or(2026);
        list.push((
            "99",
            "PLANTILLA".to_owned(),
            String::new(),
            year,
            format!("plantilla.{extension}"),
        ));
        let (lost, nit) = (
            "COMERCIAL PEÑA E HIJOS".to_owned(),
            "901000111-8".to_owned(),
        );
        list.push(("04", lost, nit, year, format!("no_esta.{extension}")));
        let companies_file = folder.join(format!("empresas.{extension}"));
        let mut sheet = Sheet::new(format, &COMPANY_HEADERS)?;
        for (code, name, nit, year, file) in &list {
            sheet.row(&[
                Value::Text(code),
                Value::Text(name),
                Value::Text(nit),
                Value::Whole(i64::from(*year)),
                Value::Text(file),
            ])?;
        }
        sheet.save(&companies_file)?;
        Ok(SampleFiles {
            folder,
            companies_file,
            companies,
        })
    }
}

fn write_company(path: &Path, format: FileFormat, plan: &Plan) -> Result<SampleFileCompany, Error> {
    let mut sheet = Sheet::new(format, &HEADERS)?;
    let mut sums = Sums::default();
    let mut story = plan.story();
    for document in story.by_ref() {
        write_document(&mut sheet, &mut sums, plan, &document)?;
    }
    // Every article appears, also those with names that are hard to write.
    let (document, line) = story.last_ids();
    let odd = (line + 1..).zip(plan.odd_articles());
    let lines: Vec<Line> = odd.map(|(id, article)| purchase(id, article)).collect();
    let day = NaiveDate::from_ymd_opt(plan.year, 3, 11).map(NaiveDateTime::from);
    if !lines.is_empty() {
        let document = Document {
            id: document + 1,
            kind: "FC",
            date: day,
            posted: day,
            voided: None,
            party: 1,
            lines,
            has_header: true,
        };
        write_document(&mut sheet, &mut sums, plan, &document)?;
    }
    for transfer in &plan.transfers {
        for line in &transfer.lines {
            write_transfer(&mut sheet, &mut sums, plan, transfer, line)?;
        }
    }
    sheet.save(path)?;
    let groups = sums.groups();
    Ok(SampleFileCompany {
        name: plan.business.name.to_owned(),
        nit: plan.business.tax_id.to_owned(),
        year: plan.year,
        path: path.to_owned(),
        rows: groups.iter().map(|group| group.rows).sum(),
        groups,
    })
}

fn purchase(id: i32, article: &Article) -> Line {
    let total_e4 = article.price_e4;
    Line {
        id,
        article: article.id,
        place: Some(3),
        quantity_e6: 1_000_000,
        price_e4: article.price_e4,
        total_e4,
        cost_e4: amount_e4(600_000, total_e4),
    }
}

fn write_document(
    sheet: &mut Sheet,
    sums: &mut Sums,
    plan: &Plan,
    document: &Document,
) -> Result<(), Error> {
    let state = state_of(document.posted, document.voided);
    let party = at(&plan.parties, document.party);
    for line in &document.lines {
        let place = line.place.and_then(|place| at(plan.places, place));
        let article = at(&plan.articles, line.article);
        sheet.row(&[
            Value::Whole(i64::from(line.id)),
            Value::Text(document.kind),
            Value::Text("FE"),
            Value::Whole(i64::from(document.id)),
            day(document.date),
            Value::Text(word(state)),
            text(article.map(|article| article.code.as_str())),
            text(article.and_then(|article| article.name.as_deref())),
            text(article.map(|article| article.unit)),
            text(place.map(|place| place.code)),
            text(place.map(|place| place.name)),
            Value::Empty,
            Value::Empty,
            text(party.map(|party| party.tax_id.as_str())),
            text(party.map(|party| party.name.as_str())),
            Value::Number(line.quantity_e6, QUANTITY_SCALE),
            Value::Number(line.price_e4, MONEY_SCALE),
            Value::Number(line.total_e4, MONEY_SCALE),
            Value::Number(line.cost_e4, MONEY_SCALE),
        ])?;
        let key = (document.kind, month(document.date), state);
        sums.add(key, [line.quantity_e6, line.total_e4, line.cost_e4]);
    }
    Ok(())
}

fn write_transfer(
    sheet: &mut Sheet,
    sums: &mut Sums,
    plan: &Plan,
    transfer: &Transfer,
    line: &TransferLine,
) -> Result<(), Error> {
    let state = state_of(transfer.posted, transfer.voided);
    let from = transfer.from.and_then(|place| at(plan.places, place));
    let to = transfer.to.and_then(|place| at(plan.places, place));
    let article = at(&plan.articles, line.article);
    sheet.row(&[
        Value::Whole(TRANSFER_IDS + i64::from(line.id)),
        Value::Text("TR"),
        Value::Text("TR"),
        Value::Whole(i64::from(transfer.id)),
        day(transfer.date),
        Value::Text(word(state)),
        text(article.map(|article| article.code.as_str())),
        text(article.and_then(|article| article.name.as_deref())),
        text(article.map(|article| article.unit)),
        text(from.map(|place| place.code)),
        text(from.map(|place| place.name)),
        text(to.map(|place| place.code)),
        text(to.map(|place| place.name)),
        Value::Empty,
        Value::Empty,
        Value::Number(line.quantity_e6, QUANTITY_SCALE),
        Value::Empty,
        Value::Empty,
        Value::Number(line.cost_e4, MONEY_SCALE),
    ])?;
    sums.add(
        ("TR", month(transfer.date), state),
        [line.quantity_e6, 0, line.cost_e4],
    );
    Ok(())
}

/// Ids go from 1 without gaps.
fn at<T>(items: &[T], id: i32) -> Option<&T> {
    items.get(usize::try_from(id).ok()?.checked_sub(1)?)
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Empty, Value::Text)
}

fn day(time: Option<NaiveDateTime>) -> Value<'static> {
    time.map_or(Value::Empty, |time| Value::Day(time.date()))
}

fn month(time: Option<NaiveDateTime>) -> i32 {
    time.map_or(0, |time| time.year() * 100 + time.month().cast_signed())
}

fn state_of(posted: Option<NaiveDateTime>, voided: Option<NaiveDateTime>) -> ExpectedState {
    match (posted, voided) {
        (_, Some(_)) => ExpectedState::Voided,
        (None, None) => ExpectedState::Draft,
        (Some(_), None) => ExpectedState::Posted,
    }
}

fn word(state: ExpectedState) -> &'static str {
    match state {
        ExpectedState::Posted => "Asentado",
        ExpectedState::Draft => "Borrador",
        ExpectedState::Voided => "Anulado",
    }
}

type Key = (&'static str, i32, ExpectedState);

#[derive(Default)]
struct Sums(BTreeMap<Key, (u64, [i64; 3])>);

impl Sums {
    fn add(&mut self, key: Key, values: [i64; 3]) {
        let (rows, sums) = self.0.entry(key).or_default();
        *rows += 1;
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }

    fn groups(self) -> Vec<ExpectedGroup> {
        let groups = self
            .0
            .into_iter()
            .map(|((kind, month, state), (rows, sums))| {
                let [quantity_e6, total_e4, cost_e4] = sums;
                let document_type = Some(kind.to_owned());
                ExpectedGroup {
                    document_type,
                    month,
                    state,
                    rows,
                    quantity_e6,
                    total_e4,
                    cost_e4,
                }
            });
        groups.collect()
    }
}
