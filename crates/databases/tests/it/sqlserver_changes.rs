//! Which rows changed, as a SQL Server tells it, on the stand-in.

use crate::sqlserver::{Lab, filled, open};
use puente_core::{Code, Coded};
use puente_databases::{
    ChangeMethod, Changed, ChangedKeys, ChangesBy, Condition, Flow, Kind, Mark, Scan, SourceDb,
    TotalsRequest,
};
use puente_sandbox::TdsTracking;

fn changed(source: &mut dyn SourceDb, since: &Mark, limit: usize) -> Result<Vec<i64>, u64> {
    let request = TotalsRequest {
        changed: Some(ChangedKeys {
            key: "DID".to_owned(),
            since: since.clone(),
            limit,
        }),
        ..TotalsRequest::of("D")
    };
    match source.totals(&request).unwrap().changed.unwrap() {
        Changed::Keys(mut keys) => {
            keys.sort_unstable();
            Ok(keys)
        }
        Changed::TooMany(count) => Err(count),
    }
}

#[test]
fn a_row_that_was_written_before_the_mark_and_committed_after_it_is_told() {
    for tracking in [TdsTracking::ChangeTracking, TdsTracking::RowVersion] {
        let lab = filled(tracking, true);
        let mut source = lab.open();
        let before = source.mark().unwrap().expect("changes can be told");
        let early = lab
            .database
            .begin_late("UPDATE D SET CANT = 5 WHERE DID = 4000; INSERT INTO D VALUES_OF_4001")
            .unwrap_err();
        assert!(early.to_string().contains("syntax"), "{early}");
        let early = lab
            .database
            .begin_late("UPDATE D SET CANT = 5 WHERE DID = 4000")
            .unwrap();
        let sqlite = lab.database.sqlite().unwrap();
        // The later transaction is committed and read; its rows are newer than those of the open one.
        sqlite
            .execute_batch(
                "UPDATE D SET CANT = 1 WHERE DID IN (7, 8); DELETE FROM D WHERE DID = 9;",
            )
            .unwrap();
        let during = source.mark().unwrap().unwrap();
        assert_eq!(
            changed(source.as_mut(), &before, 100),
            Ok(vec![7, 8]),
            "{tracking:?}"
        );
        early.commit().unwrap();
        let all = Ok(vec![7, 8, 4000]);
        assert_eq!(changed(source.as_mut(), &before, 100), all, "{tracking:?}");
        let since = changed(source.as_mut(), &during, 100).unwrap();
        assert!(since.contains(&4000), "{tracking:?}: {since:?}");
        assert_eq!(changed(source.as_mut(), &before, 2), Err(3), "{tracking:?}");
        let now = source.mark().unwrap().unwrap();
        assert_eq!(
            changed(source.as_mut(), &now, 100),
            Ok(vec![]),
            "{tracking:?}"
        );
    }
}

fn asking(lab: &Lab, wanted: ChangeMethod) -> Box<dyn SourceDb> {
    let mut options = lab.options();
    options.changes = wanted;
    open(&options).unwrap()
}

#[test]
fn the_way_is_the_one_that_is_wanted_or_a_refusal() {
    use ChangeMethod::{Auto, Overlap, RowVersion, Tracking};
    let cases = [
        (Auto, TdsTracking::ChangeTracking, Some(ChangesBy::Tracking)),
        (Auto, TdsTracking::RowVersion, Some(ChangesBy::RowVersion)),
        (Auto, TdsTracking::None, Some(ChangesBy::Overlap)),
        (
            Tracking,
            TdsTracking::ChangeTracking,
            Some(ChangesBy::Tracking),
        ),
        (Tracking, TdsTracking::RowVersion, None),
        (Tracking, TdsTracking::None, None),
        (
            RowVersion,
            TdsTracking::RowVersion,
            Some(ChangesBy::RowVersion),
        ),
        (RowVersion, TdsTracking::ChangeTracking, None),
        (
            Overlap,
            TdsTracking::ChangeTracking,
            Some(ChangesBy::Overlap),
        ),
        (Overlap, TdsTracking::RowVersion, Some(ChangesBy::Overlap)),
    ];
    for (wanted, tracking, found) in cases {
        let lab = filled(tracking, true);
        let mut source = asking(&lab, wanted);
        match found {
            Some(by) => {
                assert_eq!(source.changes_by().unwrap(), by, "{wanted:?}");
                let mark = source.mark().unwrap();
                assert_eq!(mark.is_none(), by == ChangesBy::Overlap, "{wanted:?}");
            }
            None => {
                let refused = source.mark().unwrap_err();
                assert_eq!(refused.code(), Code::DbChangesUnavailable, "{wanted:?}");
            }
        }
    }
}

#[test]
fn a_mark_from_before_a_cleaning_is_refused_where_the_server_itself_would_not() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut source = lab.open();
    let mark = source.mark().unwrap().unwrap();
    let sqlite = lab.database.sqlite().unwrap();
    sqlite
        .execute_batch("UPDATE D SET CANT = 1 WHERE DID IN (7, 8)")
        .unwrap();
    lab.database.clean_up_changes().unwrap();
    let request = TotalsRequest {
        filter: vec![Condition::ChangedSince(mark.clone())],
        ..TotalsRequest::of("D")
    };
    let refused = source.totals(&request).unwrap_err();
    assert_eq!(refused.code(), Code::DbChangesForgotten);
    let scan = Scan::of("D")
        .column("DID", Kind::Int)
        .only(Condition::ChangedSince(mark));
    let refused = source.stream(&scan, &mut |_| Ok(Flow::Continue));
    assert_eq!(refused.unwrap_err().code(), Code::DbChangesForgotten);
    let now = source.mark().unwrap().unwrap();
    assert_eq!(changed(source.as_mut(), &now, 100), Ok(vec![]));
}
