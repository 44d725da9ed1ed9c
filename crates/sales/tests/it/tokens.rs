//! A refresh token is good once: whoever is first renews, and the next one is kept before it is used.

use crate::office::{Office, clouds};
use puente_core::Cancel;
use puente_sales::accounts::{self, ChannelState};
use puente_sales::handlers::SYNC;
use puente_sandbox::clouds::EffectKind;
use serde_json::json;

#[test]
fn many_threads_renew_one_token_once() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    clouds.forget_tokens();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let account = accounts::channel(&office.room.state, office.channel).unwrap();
                let channel = office.room.channel(&account).unwrap();
                channel.sale("1", &Cancel::new()).unwrap();
            });
        }
    });
    let used_again = clouds
        .journal()
        .iter()
        .filter(|effect| matches!(effect.kind, EffectKind::RefreshUsedAgain { .. }))
        .count();
    assert_eq!(used_again, 0, "a refresh token was used twice");
    office.sync();
}

#[test]
fn a_revoked_account_is_lost_and_what_it_sold_stays() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let before = office.totals().sales;
    let user = clouds.mercadolibre_accounts()[0].user_id;
    clouds.revoke(user);
    clouds.forget_tokens();
    let job = office.attempt(SYNC, json!({ "channel_id": office.channel }));
    assert_eq!(job.error.unwrap().code, puente_core::Code::ChannelLost);
    let account = accounts::channel(&office.room.state, office.channel).unwrap();
    assert_eq!(account.state, ChannelState::Lost);
    assert_eq!(office.totals().sales, before);
    let again = crate::office::connect_channel(&office.room, &clouds, office.ledger, 0);
    assert_eq!(again, office.channel, "it is the same account as before");
    office.sync();
    assert_eq!(office.totals().sales, before);
}
