//! Many at once: nobody is refused, nobody sees half of anything.

use crate::support::{
    all_of, assert_rolled_up, dimensions, document, export, lines, movement, open, published,
    warehouse,
};
use puente_core::{Cancel, NoProgress};
use puente_warehouse::{
    Batch, Changes, MonthFilter, Movement, MovementFilter, Sort, Stream, Warehouse,
};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};

/// Fills and publishes a load of `rows` lines of that total each.
fn reload(warehouse: &Warehouse, company: i64, rows: i64, total_e4: i64) {
    let load = warehouse.begin(company, None).unwrap();
    warehouse.put(load, dimensions(), json!(0)).unwrap();
    let mut line = 0;
    while line < rows {
        let batch: Vec<Movement> = (line..(line + 500).min(rows))
            .map(|id| Movement {
                doc_id: id / 5,
                article_id: id % 50,
                total_e4,
                ..movement(id)
            })
            .collect();
        let batch = Batch {
            documents: (line / 5..(line + 500) / 5).map(document).collect(),
            movements: lines(&batch),
            ..Batch::default()
        };
        warehouse.put(load, batch, json!(line)).unwrap();
        line += 500;
    }
    warehouse.publish(load, json!(1)).unwrap();
    assert_rolled_up(warehouse, load);
}

#[test]
fn readers_see_the_old_load_or_the_new_one_and_never_a_mixture() {
    let (_dir, warehouse) = warehouse();
    reload(&warehouse, 7, 3_000, 1);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut looks = 0;
                    while !done.load(Ordering::Relaxed) || looks == 0 {
                        let seen = warehouse.sums(&all_of(7)).unwrap();
                        assert!(
                            [(3_000, 3_000), (2_500, 5_000)].contains(&(seen.lines, seen.total_e4)),
                            "half a load: {seen:?}"
                        );
                        let months = warehouse.monthly(&MonthFilter::default()).unwrap();
                        let lines: i64 = months.iter().map(|month| month.lines).sum();
                        assert!([3_000, 2_500].contains(&lines), "half a roll-up: {lines}");
                        looks += 1;
                    }
                })
            })
            .collect();
        for turn in 0..4 {
            let (rows, total) = if turn % 2 == 0 {
                (2_500, 2)
            } else {
                (3_000, 1)
            };
            reload(&warehouse, 7, rows, total);
            warehouse.sweep(&Cancel::new()).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        readers
            .into_iter()
            .for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn two_loads_changes_reads_a_backup_and_a_sweep_at_once_lock_nobody_out() {
    let (dir, warehouse) = warehouse();
    let load = published(&warehouse, 3, &[document(1)], &[movement(1)]);
    published(&warehouse, 3, &[document(1)], &[movement(1), movement(2)]);
    warehouse.discard(load).unwrap();
    let current = warehouse.current(3).unwrap().unwrap().id;
    // Handles of their own, as other processes have them.
    let others: Vec<Warehouse> = (0..2).map(|_| open(dir.path())).collect();
    let backup = std::thread::scope(|scope| {
        scope.spawn(|| reload(&others[0], 1, 6_000, 1));
        scope.spawn(|| reload(&warehouse, 2, 6_000, 1));
        scope.spawn(|| {
            for id in 10..40 {
                let changes = Changes {
                    movements: vec![lines(&[movement(id)])],
                    ..Changes::default()
                };
                others[1].apply(current, changes, json!(id)).unwrap();
            }
        });
        scope.spawn(|| others[0].sweep(&Cancel::new()).unwrap());
        scope.spawn(|| {
            for _ in 0..60 {
                warehouse.monthly(&MonthFilter::default()).unwrap();
                let page =
                    others[1].movements(&MovementFilter::default(), Sort::default(), None, 50);
                assert!(!page.unwrap().rows.is_empty());
            }
        });
        let backup = scope.spawn(|| {
            puente_store::backup::create(warehouse.database(), &Cancel::new(), &NoProgress).unwrap()
        });
        backup.join().unwrap()
    });
    assert!(backup.path.exists());
    assert_eq!(export(&warehouse, &all_of(1)).len(), 6_000);
    assert_eq!(export(&warehouse, &all_of(2)).len(), 6_000);
    assert_eq!(
        warehouse
            .line_keys(current, Stream::Line, 2, i64::MAX)
            .unwrap()
            .len(),
        30
    );
    assert_rolled_up(&warehouse, current);
}

#[test]
fn changes_of_two_handles_at_once_are_all_kept() {
    let (dir, warehouse) = warehouse();
    let load = published(&warehouse, 3, &[document(1)], &[movement(0)]);
    let other = open(dir.path());
    std::thread::scope(|scope| {
        for (handle, parity) in [(&warehouse, 0), (&other, 1)] {
            scope.spawn(move || {
                for n in 1..=40 {
                    // Both change line 0 as well, so that each plan can be stale.
                    let rows = [
                        Movement {
                            quantity_e6: n,
                            ..movement(0)
                        },
                        movement(n * 2 + parity),
                    ];
                    let changes = Changes {
                        movements: vec![lines(&rows)],
                        ..Changes::default()
                    };
                    handle.apply(load, changes, json!(n)).unwrap();
                }
            });
        }
    });
    assert_eq!(export(&warehouse, &all_of(3)).len(), 81);
    assert_rolled_up(&warehouse, load);
}
