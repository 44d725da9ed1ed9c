//! The sample shop.

use super::client::{clouds, clouds_with, siigo};
use puente_sandbox::clouds::{Site, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

#[test]
fn the_shop_is_the_same_for_a_seed_and_has_every_trouble() {
    let (one, two) = (clouds(), clouds());
    let list = |clouds: &puente_sandbox::clouds::Clouds| format!("{:?}", clouds.purchases());
    assert_eq!(list(&one), list(&two));
    let other = clouds_with(|options| options.shop.seed = 8);
    assert_ne!(list(&one), list(&other));
    let mut seen: BTreeMap<Trouble, usize> = BTreeMap::new();
    for trouble in one
        .purchases()
        .iter()
        .filter_map(|purchase| purchase.trouble)
    {
        *seen.entry(trouble).or_default() += 1;
    }
    assert_eq!(seen.len(), 37, "{seen:?}");
    assert!(seen.values().all(|count| *count >= 5), "{seen:?}");
    let sites: BTreeSet<&str> = one
        .purchases()
        .iter()
        .map(|purchase| purchase.site.code())
        .collect();
    assert_eq!(sites.len(), 4);
    let colombian = one
        .purchases()
        .iter()
        .filter(|purchase| purchase.site == Site::Mco)
        .count();
    assert!(colombian * 10 > one.purchases().len() * 7);
}

#[test]
fn a_shop_without_troubles_has_none() {
    let clouds = clouds_with(|options| options.shop.troubles = false);
    assert_eq!(clouds.purchases().len(), 400);
    assert!(
        clouds
            .purchases()
            .iter()
            .all(|purchase| purchase.trouble.is_none())
    );
}

#[test]
fn some_buyers_are_customers_already_and_some_of_those_are_inactive() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let mut active = BTreeMap::new();
    for page in 1.. {
        let body = client
            .get(&format!("/v1/customers?page={page}&page_size=100"))
            .json();
        let results = body["results"].as_array().unwrap().clone();
        for one in &results {
            *active.entry(one["active"].as_bool().unwrap()).or_insert(0) += 1;
        }
        if results.len() < 100 {
            break;
        }
    }
    assert!(active[&true] >= 20 && active[&false] >= 5, "{active:?}");
}

#[test]
fn a_shop_grows() {
    let start = Instant::now();
    let clouds = clouds_with(|options| options.shop.purchases = 20_000);
    assert!(clouds.purchases().len() > 20_000);
    let orders: BTreeSet<i64> = clouds
        .purchases()
        .iter()
        .flat_map(|one| one.orders.clone())
        .collect();
    assert!(orders.len() >= 20_500);
    assert!(start.elapsed() < Duration::from_secs(30));
}
