//! A sample shop: the same for a seed and a day, with every kind of trouble in it.

mod articles;
mod people;
mod sales;

use super::mercadolibre::model::Books;
use super::mercadolibre::{MeliAccount, Site};
use super::siigo::{Company, SiigoLogin};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How much of a shop.
#[derive(Debug, Clone)]
pub struct ShopOptions {
    /// What chance starts from.
    pub seed: u64,
    /// How many purchases; some of them are packs, so that there are a few more orders.
    pub purchases: usize,
    /// Over how many days up to `until` they are spread.
    pub days: u32,
    /// The last moment; the clouds' present when nothing is said.
    pub until: Option<DateTime<Utc>>,
    /// Whether purchases have troubles at all.
    pub troubles: bool,
}

impl Default for ShopOptions {
    fn default() -> Self {
        ShopOptions {
            seed: 7,
            purchases: 400,
            days: 90,
            until: None,
            troubles: true,
        }
    }
}

/// What is out of the ordinary with a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trouble {
    /// The SKU is no product of SIIGO.
    UnmappedSku,
    /// The listing has no SKU, only the older custom field.
    SkuInCustomField,
    /// The listing has neither.
    NoSku,
    /// The SKU differs from the product's code in case and blanks.
    SloppySku,
    /// The buyer's fiscal data have no identification.
    NoTaxId,
    /// The fiscal data are still being processed.
    BillingInProcess,
    /// The city is none of DANE's.
    UnknownCity,
    /// The city's name is written in another way than DANE does.
    OddCity,
    /// Two orders in one pack, with one shipment.
    PackOfTwo,
    /// Three orders in one pack, one of them cancelled.
    PackWithCancelled,
    /// A pack of one order.
    PackOfOne,
    /// Cancelled before the shop was made.
    Cancelled,
    /// Cancelled some hours after the shop was made.
    CancelledLate,
    /// All of the money went back.
    Refunded,
    /// A part of the money went back.
    PartiallyRefunded,
    /// The seller gave a discount, which is in the price already.
    SellerDiscount,
    /// MercadoLibre gave a coupon.
    Coupon,
    /// The buyer paid the shipping.
    BuyerShipping,
    /// Two senders share the shipping.
    TwoSenders,
    /// The seller delivers; its freight is not in MercadoLibre.
    Flex,
    /// MercadoLibre's warehouse delivers.
    Full,
    /// There is no shipment.
    NoShipment,
    /// What was paid is more than price, shipping and taxes.
    TotalDiffers,
    /// The buyer paid taxes on top.
    TaxesOnTop,
    /// A product without IVA.
    Exempt,
    /// A product with 5 % IVA.
    LowIva,
    /// More than one unit.
    ManyUnits,
    /// A price with cents.
    Cents,
    /// Emojis, accents and quotes in names.
    OddLetters,
    /// A foreign document.
    ForeignDocument,
    /// A company, whose NIT has its check digit.
    CompanyBuyer,
    /// The same buyer bought the same twice within minutes.
    TwinPurchase,
    /// The payment is in process, and is approved some hours after the shop was made.
    PaidLate,
    /// The payment never came.
    Unpaid,
    /// The order is answered with 206 the first two times.
    Partial,
    /// An inactive product of SIIGO.
    InactiveProduct,
    /// An inactive customer of SIIGO.
    InactiveCustomer,
}

/// All of them, in the order in which the shop deals them out.
pub(crate) const TROUBLES: [Trouble; 37] = [
    Trouble::UnmappedSku,
    Trouble::PackOfTwo,
    Trouble::NoTaxId,
    Trouble::SellerDiscount,
    Trouble::UnknownCity,
    Trouble::ManyUnits,
    Trouble::Cancelled,
    Trouble::BuyerShipping,
    Trouble::CompanyBuyer,
    Trouble::Exempt,
    Trouble::Refunded,
    Trouble::TwoSenders,
    Trouble::OddLetters,
    Trouble::CancelledLate,
    Trouble::LowIva,
    Trouble::TotalDiffers,
    Trouble::ForeignDocument,
    Trouble::PackWithCancelled,
    Trouble::Coupon,
    Trouble::SkuInCustomField,
    Trouble::PartiallyRefunded,
    Trouble::TwinPurchase,
    Trouble::Cents,
    Trouble::NoSku,
    Trouble::Flex,
    Trouble::BillingInProcess,
    Trouble::PackOfOne,
    Trouble::OddCity,
    Trouble::PaidLate,
    Trouble::Full,
    Trouble::TaxesOnTop,
    Trouble::SloppySku,
    Trouble::NoShipment,
    Trouble::Partial,
    Trouble::InactiveProduct,
    Trouble::Unpaid,
    Trouble::InactiveCustomer,
];

/// One purchase of the shop: what becomes one invoice, if it becomes one.
#[derive(Debug, Clone, Serialize)]
pub struct Purchase {
    /// The seller's account.
    pub account: i64,
    /// Its country.
    pub site: Site,
    /// The pack, when there is one.
    pub pack: Option<i64>,
    /// Its orders.
    pub orders: Vec<i64>,
    /// What is out of the ordinary.
    pub trouble: Option<Trouble>,
}

/// A shop on both sides.
pub(crate) struct Shop {
    pub(crate) accounts: Vec<MeliAccount>,
    pub(crate) books: Books,
    pub(crate) companies: Vec<Company>,
    pub(crate) purchases: Vec<Purchase>,
}

/// Makes it.
pub(crate) fn make(options: &ShopOptions, now: DateTime<Utc>) -> Shop {
    let until = options.until.unwrap_or(now);
    let accounts = accounts();
    let (mut books, mut purchases) = (Books::default(), Vec::new());
    sales::sell(options, until, &accounts, &mut books, &mut purchases);
    let logins = [
        (
            "Comercial Los Andes S.A.S.",
            "900123456-8",
            "integraciones@losandes.example",
            100,
            true,
        ),
        (
            "Comercial Los Andes (pruebas)",
            "900123456-8",
            "sandbox@losandes.example",
            10,
            false,
        ),
    ];
    let companies = logins
        .into_iter()
        .map(|(company, nit, username, per_minute, can_stamp)| {
            let login = SiigoLogin {
                company: company.into(),
                nit: nit.into(),
                username: username.into(),
                access_key: access_key(options.seed, username),
                per_minute: Some(per_minute),
            };
            articles::company(login, can_stamp, &books, until)
        })
        .collect();
    Shop {
        accounts,
        books,
        companies,
        purchases,
    }
}

fn access_key(seed: u64, username: &str) -> String {
    use base64::Engine as _;
    let words = super::siigo::guid(username, seed);
    base64::engine::general_purpose::STANDARD.encode(words)
}

fn accounts() -> Vec<MeliAccount> {
    let account = |user_id, nickname: &str, site| MeliAccount {
        user_id,
        nickname: nickname.to_owned(),
        site,
    };
    vec![
        account(187_340_021, "LOSANDES_CO", Site::Mco),
        account(402_118_776, "LOSANDES_CL", Site::Mlc),
        account(598_002_413, "LOSANDES_MX", Site::Mlm),
        account(311_874_590, "LOSANDES_AR", Site::Mla),
    ]
}
