//! Creates the databases of a sample.

use super::plan::{BUSINESSES, Plan};
use super::tables::Filling;
use super::template::{self, Purpose};
use super::{SampleCompany, SampleErp, SampleOptions};
use crate::Error;
use crate::firebird::Access;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Creates all of it in `folder`.
pub(super) fn create(
    access: &Access,
    folder: &Path,
    options: SampleOptions,
) -> Result<SampleErp, Error> {
    fs::create_dir_all(folder).map_err(Error::file(folder))?;
    let folder = folder.canonicalize().map_err(Error::file(folder))?;
    let wanted: Vec<(usize, i32)> = (0..options.companies.clamp(1, BUSINESSES.len()))
        .flat_map(|index| options.years.iter().map(move |year| (index, *year)))
        .collect();
    let companies = in_pairs(&wanted, |(index, year)| {
        create_company(
            access,
            &folder,
            &options,
            Plan::new(&options, *index, *year),
        )
    })?;
    let master = folder.join("ADMIN.GDB");
    create_master(access, &master, &options, &companies)?;
    Ok(SampleErp {
        master,
        companies,
        access: access.clone(),
        options,
    })
}

/// Two at a time: a server works on one core for each connection.
fn in_pairs<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let work = &work;
    let mut results = Vec::with_capacity(items.len());
    for pair in items.chunks(2) {
        let done: Vec<Result<R, Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = pair
                .iter()
                .map(|item| scope.spawn(move || work(item)))
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        for result in done {
            results.push(result?);
        }
    }
    Ok(results)
}

fn create_company(
    access: &Access,
    folder: &Path,
    options: &SampleOptions,
    mut plan: Plan,
) -> Result<SampleCompany, Error> {
    if options.odd_rows {
        plan.add_odd_articles();
        plan.add_odd_transfers();
    }
    let path = folder.join(format!("EMP{}_{}.GDB", plan.business.code, plan.year));
    let mut filling = Filling::begin(access, &path, options.dialect, options.charset)?;
    filling.places(plan.places)?;
    filling.parties(&plan.parties)?;
    filling.articles(&plan.articles)?;
    filling.transfers(&plan.transfers)?;
    let mut story = plan.story();
    filling.documents(story.by_ref())?;
    if options.odd_rows {
        filling.documents(plan.odd_documents(story.last_ids()).into_iter())?;
    }
    let expected = filling.finish()?;
    Ok(SampleCompany {
        code: plan.business.code.to_owned(),
        name: plan.business.name.to_owned(),
        nit: plan.business.tax_id.to_owned(),
        year: plan.year,
        expected,
        path,
        access: access.clone(),
        dialect: options.dialect,
        charset: options.charset,
        places: plan
            .places
            .iter()
            .map(|place| (place.id, place.name.to_owned()))
            .collect(),
        articles: plan
            .articles
            .into_iter()
            .map(|a| (a.id, a.code, a.name))
            .collect(),
    })
}

/// Rows of the master table that are no company to be read.
pub(super) const BAD_ROWS: usize = 5;

/// The list of companies: the good ones, and such rows as stand in every real one.
fn create_master(
    access: &Access,
    master: &Path,
    options: &SampleOptions,
    companies: &[SampleCompany],
) -> Result<(), Error> {
    let mut rows: Vec<(&str, &str, Option<&str>, i32, String)> = Vec::new();
    for company in companies {
        let path = company.path.display().to_string();
        rows.push((
            &company.code,
            &company.name,
            Some(&company.nit),
            company.year,
            path,
        ));
    }
    let folder = master.parent().unwrap_or(master);
    let missing = |name: &str| folder.join(name).display().to_string();
    let year = options.years.last().copied().unwrap_or(2026);
    rows.push(("99", "PLANTILLA", None, year, missing("VACIA.GDB")));
    rows.push((
        "98",
        "EMPRESA ANULADA",
        Some("ANULA"),
        year,
        missing("ANULADA.GDB"),
    ));
    rows.push((
        "97",
        "PRUEBAS ÑANDÚ",
        Some("SIN NIT"),
        year,
        missing("PRUEBAS.GDB"),
    ));
    rows.push((
        "04",
        "COMERCIAL PEÑA E HIJOS",
        Some("901000111-8"),
        year,
        missing("NO_ESTA.GDB"),
    ));
    if let Some(first) = companies.iter().find(|company| company.year == year) {
        let path = first.path.display().to_string();
        rows.push((
            "05",
            "DISTRIBUIDORA MUÑOZ (COPIA)",
            Some("900123456-8"),
            year,
            path,
        ));
    }
    let mut script = String::new();
    for (id, (code, name, nit, year, path)) in (1..).zip(rows) {
        let nit = nit.map_or_else(|| "null".to_owned(), |nit| format!("'{nit}'"));
        let path = path.replace('\'', "''");
        let _ = writeln!(
            script,
            "insert into EMPRESAS values ({id}, '{code}', '{name}', {nit}, '{year}', '{path}');"
        );
    }
    script.push_str("commit;\n");
    template::create(
        access,
        Purpose::Master,
        options.dialect,
        options.charset,
        master,
    )?;
    let isql = access.isql().dialect(options.dialect);
    isql.run(
        Some(&access.address(master)),
        &options.charset.encode(&script),
    )?;
    Ok(())
}
