//! All that a sample company is in one year, before it is in a database or a file.

use super::rows::{Article, Document, Party, Place, Transfer};
use super::story::{self, Story};
use super::{SampleOptions, SampleSize, catalog, odd};

#[derive(Debug)]
pub(super) struct Business {
    pub code: &'static str,
    pub name: &'static str,
    /// As the master table has it, with the check digit.
    pub tax_id: &'static str,
    /// Share of the rows, of 100.
    pub share: u64,
}

pub(super) const BUSINESSES: [Business; 3] = [
    Business {
        code: "01",
        name: "DISTRIBUIDORA MUÑOZ & CÍA S.A.S.",
        tax_id: "900.123.456-8",
        share: 50,
    },
    Business {
        code: "02",
        name: "ORTOPÉDICOS DEL NORTE LTDA.",
        tax_id: "901234567-7",
        share: 33,
    },
    Business {
        code: "03",
        name: "CLÍNICA SAN JOSÉ DE CÚCUTA",
        tax_id: "900765432 - 6",
        share: 17,
    },
];

/// One company in one year.
#[derive(Debug)]
pub(super) struct Plan {
    pub business: &'static Business,
    pub year: i32,
    pub places: &'static [Place],
    pub articles: Vec<Article>,
    pub parties: Vec<Party>,
    pub transfers: Vec<Transfer>,
    seed: u64,
    company: u64,
    lines: u64,
    /// Articles that are not odd: they come first.
    ordinary: usize,
}

impl Plan {
    pub(super) fn new(options: &SampleOptions, index: usize, year: i32) -> Self {
        let business = &BUSINESSES[index.min(BUSINESSES.len() - 1)];
        let amounts = Amounts::of(options.size, business.share);
        let (seed, company) = (options.seed, index as u64);
        let articles = catalog::articles(seed, company, amounts.articles, options.charset);
        let (ordinary, places) = (articles.len(), &catalog::PLACES);
        let tale = (seed, company, year);
        Plan {
            business,
            year,
            places,
            articles,
            parties: catalog::parties(seed, company, amounts.parties),
            transfers: story::transfers(tale, ordinary, places.len(), amounts.transfers),
            seed,
            company,
            lines: amounts.lines,
            ordinary,
        }
    }

    /// Adds articles as some clerks type them.
    pub(super) fn add_odd_articles(&mut self) {
        self.articles
            .extend(catalog::odd_articles(last_id(self.ordinary)));
    }

    pub(super) fn odd_articles(&self) -> &[Article] {
        &self.articles[self.ordinary..]
    }

    /// Adds transfers that should not be there.
    pub(super) fn add_odd_transfers(&mut self) {
        let last = self.transfers.last().map_or(0, |transfer| transfer.id);
        let lines = self.transfers.iter().flat_map(|transfer| &transfer.lines);
        let last_line = lines.map(|line| line.id).max().unwrap_or(0);
        self.transfers
            .extend(odd::transfers(self.year, last, last_line));
    }

    /// The documents of the year, in the order in which they were typed.
    pub(super) fn story(&self) -> Story<'_> {
        Story::new(
            (self.seed, self.company, self.year),
            &self.articles[..self.ordinary],
            (self.parties.len(), self.places.len()),
            self.lines,
        )
    }

    /// Documents that should not be there, with ids after those of a story that was told.
    pub(super) fn odd_documents(&self, (document, line): (i32, i32)) -> Vec<Document> {
        odd::documents(self.year, document, line, last_id(self.ordinary))
    }
}

fn last_id(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// How many rows of each table.
struct Amounts {
    lines: u64,
    articles: usize,
    parties: usize,
    transfers: usize,
}

impl Amounts {
    fn of(size: SampleSize, share: u64) -> Self {
        let (lines, articles, parties) = match size {
            SampleSize::Tiny => (6 * share, 24, 12),
            SampleSize::Small => (40 * share, 120, 60),
            SampleSize::Demo => (1_000 * share, 600, 400),
            SampleSize::Custom(lines) => {
                let articles = usize::try_from(lines / 50)
                    .unwrap_or(usize::MAX)
                    .clamp(24, 5_000);
                (lines, articles, articles.div_ceil(2))
            }
        };
        let transfers = usize::try_from(lines / 60)
            .unwrap_or(usize::MAX)
            .clamp(4, 20_000);
        Amounts {
            lines,
            articles,
            parties,
            transfers,
        }
    }
}
