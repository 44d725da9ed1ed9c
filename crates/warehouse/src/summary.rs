//! Summaries over current loads, from the roll-ups.

use crate::cells::{Cell, Cells, cell_of};
use crate::dimension_table as dimensions;
use crate::load_table::{self, LoadRow, by_age};
use crate::proof::{codes, month_totals};
use crate::warehouse::Warehouse;
use crate::{
    Article, ArticleTotal, CompanyCount, Demand, Error, MonthFilter, MonthTotal, Rank, State,
    Stream,
};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap, HashSet};

impl Warehouse {
    /// The monthly summary of current loads, by company, stream, month, number of the kind, and
    /// state.
    ///
    /// # Errors
    /// Those of the database.
    pub fn monthly(&self, filter: &MonthFilter) -> Result<Vec<MonthTotal>, Error> {
        self.db().read(|db| monthly(db, filter))
    }

    /// The `n` first articles of current loads, largest first. Posted movements only, whatever
    /// `filter.states` says.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn top_articles(
        &self,
        filter: &MonthFilter,
        rank: Rank,
        n: usize,
    ) -> Result<Vec<ArticleTotal>, Error> {
        let mut articles = self.db().read(|db| {
            let mut found: HashMap<String, ArticleTotal> = HashMap::new();
            for row in by_age(load_table::current_of(db, &filter.companies)?) {
                add_articles_of(db, &row, filter, &mut found)?;
            }
            Ok::<_, Error>(found.into_values().collect::<Vec<_>>())
        })?;
        let measure = |article: &ArticleTotal| match rank {
            Rank::Total => article.total_e4,
            Rank::Quantity => article.quantity_e6,
            Rank::Lines => article.lines,
        };
        articles.sort_unstable_by(|a, b| {
            measure(b)
                .cmp(&measure(a))
                .then_with(|| a.code.cmp(&b.code))
        });
        articles.truncate(n);
        Ok(articles)
    }

    /// Monthly demand by article code and document code over current loads, ordered by article,
    /// month and code; no `articles` means all. Posted movements only, whatever `filter.states`
    /// says.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn demand(&self, filter: &MonthFilter, articles: &[String]) -> Result<Vec<Demand>, Error> {
        let wanted: HashSet<&str> = articles.iter().map(String::as_str).collect();
        let found = self.db().read(|db| {
            let mut found: BTreeMap<(String, i32, String), Cell> = BTreeMap::new();
            for row in load_table::current_of(db, &filter.companies)? {
                add_demand_of(db, &row, filter, &wanted, &mut found)?;
            }
            Ok::<_, Error>(found)
        })?;
        let demand = |((article, month, doc_type), cell): ((String, i32, String), Cell)| Demand {
            article,
            month,
            doc_type,
            lines: cell.lines,
            quantity_e6: cell.quantity_e6,
            total_e4: cell.total_e4,
            cost_e4: cell.cost_e4,
        };
        Ok(found.into_iter().map(demand).collect())
    }

    /// The articles of current loads, each code once: as the newest load has it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn articles(&self, companies: &[i64]) -> Result<Vec<Article>, Error> {
        self.db().read(|db| {
            let mut found: BTreeMap<String, Article> = BTreeMap::new();
            for row in by_age(load_table::current_of(db, companies)?) {
                for article in dimensions::articles(db, row.id())? {
                    found.entry(article.code.clone()).or_insert(article);
                }
            }
            Ok::<_, Error>(found.into_values().collect())
        })
    }

    /// What each company's current load holds, by company.
    ///
    /// # Errors
    /// Those of the database.
    pub fn counts(&self) -> Result<Vec<CompanyCount>, Error> {
        self.db().read(|db| {
            let loads = load_table::current_of(db, &[])?;
            loads
                .iter()
                .map(|row| count(row, &month_totals(db, row)?))
                .collect()
        })
    }
}

/// The monthly cells that fit.
pub(crate) fn monthly(db: &Connection, filter: &MonthFilter) -> Result<Vec<MonthTotal>, Error> {
    let mut found = Vec::new();
    for row in load_table::current_of(db, &filter.companies)? {
        found.extend(month_totals(db, &row)?);
    }
    found.retain(|total| {
        let posted = filter.states.is_empty() && total.state == State::Posted;
        (posted || filter.states.contains(&total.state))
            && filter.from_month.is_none_or(|first| total.month >= first)
            && filter.to_month.is_none_or(|last| total.month <= last)
            && filter.stream.is_none_or(|stream| total.stream == stream)
            && (filter.doc_types.is_empty() || filter.doc_types.contains(&total.doc_type))
    });
    Ok(found)
}

/// Shows the cells of `article_month` that fit: article, month, kind, cell.
fn each_article(
    db: &Connection,
    row: &LoadRow,
    filter: &MonthFilter,
    mut show: impl FnMut(i64, i32, u16, &Cell) -> Result<(), Error>,
) -> Result<(), Error> {
    let codes = codes(db, row)?;
    let wanted = |kind: u16| {
        filter.doc_types.is_empty()
            || codes
                .get(&kind)
                .is_some_and(|code| filter.doc_types.contains(code))
    };
    let mut statement = db.prepare_cached(
        "SELECT lines, quantity_e6, total_e4, cost_e4, article_id, month, doc_type
         FROM article_month
         WHERE load_id = ?1 AND stream = ?2 AND month BETWEEN ?3 AND ?4",
    )?;
    let (from, to) = (
        filter.from_month.unwrap_or(i32::MIN),
        filter.to_month.unwrap_or(i32::MAX),
    );
    for stream in [Stream::Line, Stream::Transfer] {
        if filter.stream.is_some_and(|only| only != stream) {
            continue;
        }
        let mut rows = statement.query(rusqlite::params![row.id(), stream as u8, from, to])?;
        let mut kind = None;
        while let Some(row) = rows.next()? {
            let doc_type: u16 = row.get(6)?;
            // The rows come kind by kind, so that a code is looked up rarely.
            let fits = match kind {
                Some((known, fits)) if known == doc_type => fits,
                Some(_) | None => wanted(doc_type),
            };
            kind = Some((doc_type, fits));
            if fits {
                show(row.get(4)?, row.get(5)?, doc_type, &cell_of(row)?)?;
            }
        }
    }
    Ok(())
}

fn add_articles_of(
    db: &Connection,
    row: &LoadRow,
    filter: &MonthFilter,
    found: &mut HashMap<String, ArticleTotal>,
) -> Result<(), Error> {
    let mut of_load: Cells<i64> = Cells::default();
    each_article(db, row, filter, |article, _, _, cell| {
        of_load
            .entry(article)
            .or_default()
            .add(cell)
            .map_err(too_large)
    })?;
    for (id, cell) in of_load {
        let article = dimensions::article(db, row.id(), id)?;
        let code = article
            .as_ref()
            .map(|article| article.code.clone())
            .unwrap_or_default();
        let total = found.entry(code).or_insert_with_key(|code| ArticleTotal {
            code: code.clone(),
            description: article
                .as_ref()
                .map(|a| a.description.clone())
                .unwrap_or_default(),
            unit: article.as_ref().map(|a| a.unit.clone()).unwrap_or_default(),
            lines: 0,
            quantity_e6: 0,
            total_e4: 0,
            cost_e4: 0,
        });
        let mut sum = Cell {
            lines: total.lines,
            quantity_e6: total.quantity_e6,
            total_e4: total.total_e4,
            cost_e4: total.cost_e4,
        };
        sum.add(&cell).map_err(too_large)?;
        total.lines = sum.lines;
        total.quantity_e6 = sum.quantity_e6;
        total.total_e4 = sum.total_e4;
        total.cost_e4 = sum.cost_e4;
    }
    Ok(())
}

fn add_demand_of(
    db: &Connection,
    row: &LoadRow,
    filter: &MonthFilter,
    wanted: &HashSet<&str>,
    found: &mut BTreeMap<(String, i32, String), Cell>,
) -> Result<(), Error> {
    let codes = codes(db, row)?;
    let articles: HashMap<i64, String> = dimensions::articles(db, row.id())?
        .into_iter()
        .filter(|article| wanted.is_empty() || wanted.contains(article.code.as_str()))
        .map(|article| (article.id, article.code))
        .collect();
    each_article(db, row, filter, |article, month, doc_type, cell| {
        let code = match articles.get(&article) {
            Some(code) => code.clone(),
            None if wanted.is_empty() => String::new(),
            None => return Ok(()),
        };
        let kind = codes.get(&doc_type).cloned().unwrap_or_default();
        found
            .entry((code, month, kind))
            .or_default()
            .add(cell)
            .map_err(too_large)
    })
}

fn count(row: &LoadRow, months: &[MonthTotal]) -> Result<CompanyCount, Error> {
    let mut count = CompanyCount {
        company_id: row.load.company_id,
        movements: 0,
        posted: 0,
        first_month: None,
        last_month: None,
    };
    for total in months.iter().filter(|total| total.state != State::Gone) {
        count.movements += total.lines;
        if total.state == State::Posted {
            count.posted += total.lines;
        }
        if total.month != 0 {
            let month = Some(total.month);
            count.first_month = count.first_month.or(month).min(month);
            count.last_month = count.last_month.max(month);
        }
    }
    Ok(count)
}

fn too_large(column: &'static str) -> Error {
    Error::Overflow {
        table: crate::cells::ARTICLE_MONTH,
        column,
    }
}
