//! A full run: every table, page by page, into a new load.

use super::join::{Documents, in_order, movement, short, within};
use super::transfers::Transfers;
use super::{End, Extraction, Kept, Mode, Outcome, Request, Result, Unproven, Why, hull};
use crate::Error;
use crate::layout::{DocTypes, Header};
use puente_warehouse::{Applied, Batch, Coverage, Load, LoadId, MovementBatch, Stream, Warehouse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// The tables, in the order in which they are read: documents before the lines that need them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Places,
    Articles,
    Parties,
    Documents,
    Lines,
    TransferDocuments,
    TransferLines,
    Done,
}

/// Where a load stands: kept with every page, so that a killed run goes on after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Checkpoint {
    /// Where the source was before the first row was read.
    kept: Kept,
    /// The table that is being read.
    stage: Stage,
    /// The key up to which it was read.
    through: Option<i64>,
}

/// What is known while a load is filled.
struct Filling<'s> {
    load: LoadId,
    at: Checkpoint,
    types: DocTypes,
    pages: SyncSender<(Batch, Value)>,
    writer: ScopedJoinHandle<'s, Result<()>>,
    rows_read: u64,
}

impl Extraction<'_> {
    pub(super) fn full(&mut self, request: &Request, why: Why) -> Result<End> {
        let current = self.warehouse.current(self.company)?;
        let coverage = match &current {
            Some(load) => hull(load.coverage, request.coverage),
            None => request.coverage,
        };
        let (load, at) = self.resume_or_begin(coverage)?;
        let since = at.kept.clone();
        let read = self.fill(load, at, coverage)?;
        self.prove_and_publish(load, &since, read, request, why)
    }

    fn prove_and_publish(
        &mut self,
        load: LoadId,
        since: &Kept,
        (rows_read, before): (u64, u64),
        request: &Request,
        why: Why,
    ) -> Result<End> {
        let building = self.warehouse.load(load)?;
        let caught = match self.catch_up(&building, Some(since), request.audit) {
            Err(Error::Source(puente_databases::Error::Restored { .. })) => {
                // The rows of two different databases must not meet in one load.
                self.warehouse.discard(load)?;
                return Err(Error::Source(puente_databases::Error::Restored {
                    path: self.label.to_owned(),
                }));
            }
            Err(Error::Source(forgotten @ puente_databases::Error::ChangesForgotten { .. })) => {
                // What changed since the first row was read can't be had any more.
                self.warehouse.discard(load)?;
                return Err(Error::Source(forgotten));
            }
            other => other?,
        };
        let changes = self.source.changes_by()?;
        if !caught.proof.holds() {
            return Ok(End::Unproven(Unproven {
                proof: caught.proof,
            }));
        }
        self.warehouse.publish(load, caught.kept.to_value())?;
        let applied = Applied {
            inserted: before + caught.applied.inserted,
            ..Applied::default()
        };
        let rows_read = rows_read + caught.rows_read;
        Ok(End::Proven(Outcome {
            mode: Mode::Full,
            changes: Some(changes),
            reread: Some(why),
            rows_read,
            applied,
            proof: caught.proof,
        }))
    }

    /// The load that an interrupted run left, if it was filled from the same database with the same
    /// profile over the same days; otherwise a new one.
    fn resume_or_begin(&mut self, coverage: Option<Coverage>) -> Result<(LoadId, Checkpoint)> {
        let kept = Kept {
            mark: self.source.mark()?,
            profile: self.layout.profile.name.clone(),
            compared_at: None,
        };
        if let Some(load) = self.warehouse.resumable(self.company)? {
            match left_behind(&load).filter(|at| same_source(&at.kept, &kept)) {
                Some(at) if load.coverage == coverage => return Ok((load.id, at)),
                Some(_) | None => self.warehouse.discard(load.id)?,
            }
        }
        let load = self.warehouse.begin(self.company, coverage)?;
        Ok((
            load,
            Checkpoint {
                kept,
                stage: Stage::Places,
                through: None,
            },
        ))
    }

    /// Reads what is still to be read. Gives the rows that came, and the movements that are there.
    fn fill(&mut self, load: LoadId, at: Checkpoint, days: Option<Coverage>) -> Result<(u64, u64)> {
        let warehouse = self.warehouse.clone();
        let types = DocTypes::of(warehouse.doc_types(load)?);
        let rows_read = std::thread::scope(|scope| {
            let (pages, writer) = start_writer(scope, warehouse, load);
            let mut filling = Filling {
                load,
                at,
                types,
                pages,
                writer,
                rows_read: 0,
            };
            let read = self.stages(&mut filling, days);
            let Filling {
                pages,
                writer,
                rows_read,
                ..
            } = filling;
            drop(pages);
            // What stopped the writer is the cause; that the reader couldn't hand over is its effect.
            let written = writer.join().unwrap_or_else(|_| {
                Err(puente_core::Error::new(puente_core::Code::Internal).into())
            });
            written.and(read).map(|()| rows_read)
        })?;
        let movements = self.warehouse.load(load)?.movements;
        Ok((rows_read, u64::try_from(movements).unwrap_or(0)))
    }

    fn stages(&mut self, filling: &mut Filling<'_>, days: Option<Coverage>) -> Result<()> {
        let layout = self.layout;
        self.dimensions(filling)?;
        let mut documents = Documents::default();
        self.headers(filling, &mut documents, days)?;
        self.lines(filling, &mut documents, days.is_some())?;
        if layout.profile.transfers.is_some() {
            let mut transfers = Transfers::default();
            self.transfer_headers(filling, &mut transfers, days)?;
            self.transfer_lines(filling, &mut transfers, days.is_some())?;
        }
        filling.enter(Stage::Done);
        filling.send(Batch::default(), None)
    }

    fn dimensions(&mut self, filling: &mut Filling<'_>) -> Result<()> {
        let layout = self.layout;
        if let Some(resume) = filling.enter(Stage::Places) {
            let table = layout.places();
            let read =
                |chunk: &_, rows: &mut Vec<_>| table.places(chunk, layout, |row| rows.push(row));
            let rows = self.walk("places", &table, resume, read, |page, places| {
                filling.send(
                    Batch {
                        places,
                        ..Batch::default()
                    },
                    Some(page.through),
                )
            })?;
            filling.rows_read += rows;
        }
        if let Some(resume) = filling.enter(Stage::Articles) {
            let table = layout.articles();
            let read = |chunk: &_, rows: &mut Vec<_>| table.rows(chunk, |row| rows.push(row));
            let rows = self.walk("articles", &table, resume, read, |page, articles| {
                filling.send(
                    Batch {
                        articles,
                        ..Batch::default()
                    },
                    Some(page.through),
                )
            })?;
            filling.rows_read += rows;
        }
        if let Some(table) = layout.parties()
            && let Some(resume) = filling.enter(Stage::Parties)
        {
            let read = |chunk: &_, rows: &mut Vec<_>| table.parties(chunk, |row| rows.push(row));
            let rows = self.walk("parties", &table, resume, read, |page, parties| {
                filling.send(
                    Batch {
                        parties,
                        ..Batch::default()
                    },
                    Some(page.through),
                )
            })?;
            filling.rows_read += rows;
        }
        Ok(())
    }

    fn headers(
        &mut self,
        filling: &mut Filling<'_>,
        known: &mut Documents,
        days: Option<Coverage>,
    ) -> Result<()> {
        let table = self.layout.documents();
        self.known_headers(filling.load, Stream::Line, |header| known.push(header))?;
        let Some(resume) = filling.enter(Stage::Documents) else {
            return Ok(());
        };
        let mut types = std::mem::take(&mut filling.types);
        let read = |chunk: &_, rows: &mut Vec<Header>| {
            table.rows(chunk, &mut types, "", |row| rows.push(row))
        };
        let mut headers = Vec::new();
        let rows = self.walk(
            "documents",
            &table,
            resume,
            read,
            |page, mut rows: Vec<Header>| {
                rows.retain(|row| within(days, row.document.day));
                headers.extend(rows.iter().map(|row| short(&row.document)));
                let documents = rows.into_iter().map(|row| row.document).collect();
                filling.send(
                    Batch {
                        documents,
                        ..Batch::default()
                    },
                    Some(page.through),
                )
            },
        )?;
        filling.rows_read += rows;
        filling.types = types;
        headers.into_iter().for_each(|header| known.push(header));
        filling.send_types()
    }

    fn lines(
        &mut self,
        filling: &mut Filling<'_>,
        documents: &mut Documents,
        only_known: bool,
    ) -> Result<()> {
        let table = self.layout.lines();
        let Some(resume) = filling.enter(Stage::Lines) else {
            return Ok(());
        };
        let read = |chunk: &_, rows: &mut MovementBatch| {
            table.rows(chunk, |line| match documents.find(line.document) {
                None if only_known => (),
                taken => rows.push(&movement(&line, taken)),
            })
        };
        let rows = self.walk("lines", &table, resume, read, |page, movements| {
            let movements = in_order(movements);
            filling.send(
                Batch {
                    movements,
                    ..Batch::default()
                },
                Some(page.through),
            )
        })?;
        filling.rows_read += rows;
        Ok(())
    }

    fn transfer_headers(
        &mut self,
        filling: &mut Filling<'_>,
        known: &mut Transfers,
        days: Option<Coverage>,
    ) -> Result<()> {
        let layout = self.layout;
        let (Some(table), Some(profile)) = (
            layout.transfer_documents(),
            layout.profile.transfers.as_ref(),
        ) else {
            return Ok(());
        };
        let resume = filling.enter(Stage::TransferDocuments);
        // Where goods go stands in the header, and the warehouse keeps it with the lines: a resumed
        // run reads the headers again, which are few.
        let from = resume.unwrap_or(Some(i64::MAX));
        let mut types = std::mem::take(&mut filling.types);
        let read = |chunk: &_, rows: &mut Vec<Header>| {
            table.rows(chunk, &mut types, &profile.type_code, |row| rows.push(row))
        };
        let rows = self.walk(
            "transfer_documents",
            &table,
            None,
            read,
            |page, mut rows| {
                rows.retain(|row| within(days, row.document.day));
                rows.iter().for_each(|row| known.push(row));
                if from.is_some_and(|after| page.through <= after) {
                    return Ok(());
                }
                rows.retain(|row| from.is_none_or(|after| row.document.id > after));
                let documents = rows.into_iter().map(|row| row.document).collect();
                let document_stream = Stream::Transfer;
                let batch = Batch {
                    documents,
                    document_stream,
                    ..Batch::default()
                };
                filling.send(batch, Some(page.through))
            },
        )?;
        filling.rows_read += rows;
        filling.types = types;
        filling.send_types()
    }

    fn transfer_lines(
        &mut self,
        filling: &mut Filling<'_>,
        documents: &mut Transfers,
        only_known: bool,
    ) -> Result<()> {
        let Some(table) = self.layout.transfer_lines() else {
            return Ok(());
        };
        let Some(resume) = filling.enter(Stage::TransferLines) else {
            return Ok(());
        };
        let read = |chunk: &_, rows: &mut MovementBatch| {
            rows.stream = Stream::Transfer;
            table.rows(chunk, |line| {
                if let Some(row) = documents.movement(&line, only_known) {
                    rows.push(&row);
                }
            })
        };
        let rows = self.walk("transfer_lines", &table, resume, read, |page, movements| {
            let movements = in_order(movements);
            filling.send(
                Batch {
                    movements,
                    ..Batch::default()
                },
                Some(page.through),
            )
        })?;
        filling.rows_read += rows;
        Ok(())
    }

    /// The documents that a load has already, page by page.
    fn known_headers(
        &self,
        load: LoadId,
        which: Stream,
        mut sink: impl FnMut(puente_warehouse::Header),
    ) -> Result<()> {
        const STEP: usize = 50_000;
        let mut after = i64::MIN;
        loop {
            let headers = self.warehouse.headers(load, which, after, STEP)?;
            let Some(last) = headers.last() else {
                return Ok(());
            };
            after = last.id;
            headers.into_iter().for_each(&mut sink);
        }
    }
}

impl Filling<'_> {
    /// Goes on to a stage. `None` when it is done already; otherwise the key to go on after.
    fn enter(&mut self, stage: Stage) -> Option<Option<i64>> {
        match self.at.stage.cmp(&stage) {
            std::cmp::Ordering::Greater => None,
            std::cmp::Ordering::Equal => Some(self.at.through),
            std::cmp::Ordering::Less => {
                self.at.stage = stage;
                self.at.through = None;
                Some(None)
            }
        }
    }

    /// Hands a page to the writer, which commits it with its checkpoint.
    fn send(&mut self, mut batch: Batch, through: Option<i64>) -> Result<()> {
        batch.doc_types.extend(self.types.take_fresh());
        if through.is_some() {
            self.at.through = through;
        }
        let checkpoint = serde_json::to_value(&self.at).unwrap_or_default();
        self.pages
            .send((batch, checkpoint))
            .map_err(|_| Error::Cancelled)
    }

    /// Codes of documents that came with the last page.
    fn send_types(&mut self) -> Result<()> {
        self.send(Batch::default(), None)
    }
}

/// Commits pages while the next ones are read. Two wait at most: one being committed, one ready.
fn start_writer<'s>(
    scope: &'s Scope<'s, '_>,
    warehouse: Warehouse,
    load: LoadId,
) -> (SyncSender<(Batch, Value)>, ScopedJoinHandle<'s, Result<()>>) {
    let (pages, incoming): (_, Receiver<(Batch, Value)>) = sync_channel(1);
    let writer = scope.spawn(move || {
        for (batch, checkpoint) in incoming {
            warehouse.put(load, batch, checkpoint)?;
        }
        Ok(())
    });
    (pages, writer)
}

fn left_behind(load: &Load) -> Option<Checkpoint> {
    serde_json::from_value(load.checkpoint.clone()?).ok()
}

fn same_source(left: &Kept, now: &Kept) -> bool {
    let same = match (&left.mark, &now.mark) {
        (Some(left), Some(now)) => left.same_database(now),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    same && left.profile == now.profile
}
