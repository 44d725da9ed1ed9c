//! Cutting a table into pages by ranges of its key.
//!
//! No cursor stays open for long (Firebird 4 keeps old row versions for as long as one does), and
//! each page is a place to go on from after a kill. Keys may have gaps of any size, so the width of
//! a page follows what the pages before it held.

/// Rows that a page should hold: about 0.2 s of a server's work, and one commit here.
pub const PAGE_ROWS: u64 = 50_000;
/// A page with more rows than this is thrown away and asked for again in narrower ones, so that a
/// dense stretch after a sparse one can't fill the memory.
pub const PAGE_LIMIT: usize = 4 * PAGE_ROWS as usize;

/// Walks from `after` (not included) to `through` (included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    after: i64,
    through: i64,
    width: u64,
}

/// `after < key <= through`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Not included.
    pub after: i64,
    /// Included.
    pub through: i64,
}

impl Pages {
    /// All keys from `first` to `last`, both included.
    pub fn over(first: i64, last: i64) -> Self {
        Pages {
            after: first.saturating_sub(1),
            through: last,
            width: PAGE_ROWS,
        }
    }

    /// Goes on after a page that is done already.
    pub fn resume(&mut self, after: i64) {
        self.after = self.after.max(after);
    }

    /// The next page, until [`Pages::done`] says that it was read.
    pub fn next_page(&self) -> Option<Page> {
        if self.after >= self.through {
            return None;
        }
        let wide = i64::try_from(self.width).unwrap_or(i64::MAX);
        Some(Page {
            after: self.after,
            through: self.after.saturating_add(wide).min(self.through),
        })
    }

    /// The page held that many rows.
    pub fn done(&mut self, page: Page, rows: u64) {
        self.after = page.through;
        if rows < PAGE_ROWS / 2 {
            self.width = self.width.saturating_mul(2);
        } else if rows > PAGE_ROWS * 2 {
            self.width = (self.width / 2).max(1);
        }
    }

    /// The page held more than [`PAGE_LIMIT`] rows: ask for a narrower one. `false` when it can't
    /// be narrower.
    pub fn too_many(&mut self, page: Page) -> bool {
        let width = page.through.abs_diff(page.after);
        self.width = (width / 8).max(1);
        width > 1
    }

    /// The part of the walk that is done, 0 to 1, by keys.
    #[allow(clippy::cast_precision_loss, reason = "an estimate for a progress bar")]
    pub fn fraction(&self, first: i64) -> f64 {
        let all = self.through.abs_diff(first.saturating_sub(1)).max(1) as f64;
        1.0 - self.through.abs_diff(self.after) as f64 / all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows_in(page: Page, keys: &[i64]) -> u64 {
        keys.iter()
            .filter(|key| **key > page.after && **key <= page.through)
            .count() as u64
    }

    proptest! {
        #[test]
        fn every_key_is_in_exactly_one_page_whatever_the_gaps(
            mut keys in prop::collection::vec(
                prop_oneof![(i64::MIN + 1)..=i64::MAX, 0..2_000i64, Just(i64::MIN + 1), Just(i64::MAX)], 1..60),
        ) {
            keys.sort_unstable();
            keys.dedup();
            let (first, last) = (keys[0], keys[keys.len() - 1]);
            let mut pages = Pages::over(first, last);
            let (mut seen, mut turns) = (0, 0);
            while let Some(page) = pages.next_page() {
                let rows = rows_in(page, &keys);
                seen += rows;
                pages.done(page, rows);
                turns += 1;
                prop_assert!(turns < 200, "the width must grow over gaps");
            }
            prop_assert_eq!(seen, keys.len() as u64);
        }
    }

    #[test]
    fn a_page_with_too_many_rows_is_asked_for_again_in_narrower_ones() {
        let mut pages = Pages::over(1, 1_000_000);
        let page = pages.next_page().unwrap();
        assert!(pages.too_many(page));
        let narrower = pages.next_page().unwrap();
        assert_eq!((narrower.after, narrower.through), (0, 6_250));
        assert!(!Pages::over(5, 5).too_many(Page {
            after: 4,
            through: 5
        }));
    }
}
