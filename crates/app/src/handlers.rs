//! Every kind of job that this program knows, and what each changes.

use crate::backup;
use crate::commands::Tag;
use crate::config::Config;
use crate::forecast::{RETRAIN, Retraining, TELL, TRAIN, Telling, Training, ways};
use crate::paths::DataDir;
use crate::sales::example::EXAMPLE;
use crate::sync::{PROVE_ALL, ProveAll, SYNC_ALL, SyncAll, TIDY, Tidy};
use crate::vpn::whole_pc::Keeper;
use puente_erp::Room;
use puente_erp::handlers::{DISCOVER, EXTRACT, PROVE, SYNC};
use puente_jobs::Handler;
use puente_sales::bills::BILLS;
use puente_sales::erp_costs::ERP_COSTS;
use puente_sales::handlers as sales;
use puente_vpn::bootstrap::job::{SETUP, Setups};
use puente_vpn::peers::{PEER, Peers};
use puente_vpn::tunnels::Tunnels;
use std::sync::Arc;

pub(crate) fn all(
    room: &Room,
    sales: &puente_sales::Room,
    (tunnels, whole_pc): (&Tunnels, &Keeper),
    dir: &DataDir,
    config: &Config,
) -> Vec<Arc<dyn Handler>> {
    let mut handlers = puente_erp::handlers::all(room);
    handlers.extend(puente_sales::handlers::all(sales));
    handlers.push(Arc::new(backup::BackUp::new(room, dir, config)));
    handlers.push(Arc::new(SyncAll(room.clone())));
    handlers.push(Arc::new(ProveAll(room.clone())));
    handlers.push(Arc::new(Tidy(room.clone())));
    handlers.push(Arc::new(peers(room, tunnels, whole_pc)));
    let ways = ways(room, config);
    handlers.push(Arc::new(Training::new(room, dir, &ways)));
    handlers.push(Arc::new(Telling::new(room, dir, &ways)));
    handlers.push(Arc::new(Setups {
        state: room.state.clone(),
        secrets: room.secrets.clone(),
        clock: Arc::clone(&room.clock),
    }));
    handlers.push(Arc::new(Retraining::new(room, dir)));
    handlers
}

/// What servers of VPNs are told with.
pub(crate) fn peers(room: &Room, tunnels: &Tunnels, whole_pc: &Keeper) -> Peers {
    Peers {
        state: room.state.clone(),
        secrets: room.secrets.clone(),
        clock: Arc::clone(&room.clock),
        tunnels: tunnels.clone(),
        whole_pc: Arc::new(whole_pc.clone()),
    }
}

/// What is stale when a job of that kind has ended, beside the queue itself. Whether a server answers is
/// known anew after each job that asked it.
pub(crate) fn changes(kind: &str) -> &'static [Tag] {
    match kind {
        DISCOVER | SYNC => &[Tag::Companies, Tag::Servers],
        EXTRACT => &[Tag::Movements, Tag::Proofs, Tag::Servers],
        PROVE => &[Tag::Proofs],
        backup::CREATE => &[Tag::Backups],
        sales::SYNC
        | sales::HOMOLOGATE
        | sales::SEND
        | sales::DELIVER
        | sales::FOLLOW
        | sales::DECIDE
        | EXAMPLE
        | BILLS
        | ERP_COSTS => &[Tag::Sales, Tag::SalesAccounts],
        sales::CATALOGUE => &[Tag::SalesAccounts],
        PEER | SETUP => &[Tag::Vpns, Tag::Audit],
        TRAIN | TELL => &[Tag::Forecasts],
        SYNC_ALL | PROVE_ALL | TIDY | RETRAIN | sales::SYNC_ALL | sales::DELIVER_ALL => &[],
        // Of another version: nobody here knows what it did.
        _ => Tag::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    #[test]
    fn what_each_kind_changes_is_declared() {
        let desk = Desk::new();
        let app = &desk.app;
        for handler in all(
            &app.room,
            &app.sales,
            (&app.tunnels, &app.whole_pc),
            &app.dir,
            &app.config,
        ) {
            let kind = handler.kind();
            assert!(
                changes(kind).len() < Tag::ALL.len(),
                "{kind} is not in the list"
            );
        }
    }

    #[test]
    fn each_kind_has_a_name_in_the_interface() {
        let desk = Desk::new();
        let app = &desk.app;
        let texts = [
            include_str!("../../../ui/src/i18n/es/common.json"),
            include_str!("../../../ui/src/i18n/en/common.json"),
        ]
        .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap());
        for handler in all(
            &app.room,
            &app.sales,
            (&app.tunnels, &app.whole_pc),
            &app.dir,
            &app.config,
        ) {
            let key = handler.kind().replace('.', "_");
            for text in &texts {
                assert!(text["kind"][&key].is_string(), "{key} has no name");
            }
        }
    }
}
