//! Purchases, with their troubles.

use super::articles::{self, Article, Iva};
use super::{Purchase, ShopOptions, TROUBLES, Trouble, people};
use crate::clouds::mercadolibre::model::{
    Books, Buyer, LateChange, Order, OrderChange, OrderStatus, Payment, Shipment, Site,
};
use crate::clouds::mercadolibre::{FEE, MeliAccount, cents};
use crate::sample::dice::Dice;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

/// The house number of buyers who are inactive customers of SIIGO.
pub(crate) const INACTIVE: &str = "0-00";

/// Where ids begin; each kind has its own range, whatever the size of the shop.
const ORDERS: i64 = 2_000_010_000_000_000;
const PACKS: i64 = 2_000_090_000_000_000;
const SHIPMENTS: i64 = 44_000_000_000;
const BILLINGS: i64 = 700_000_000;
const PAYMENTS: i64 = 120_000_000_000;
const BUYERS: i64 = 900_000_000;

/// Makes all purchases.
pub(crate) fn sell(
    options: &ShopOptions,
    until: DateTime<Utc>,
    accounts: &[MeliAccount],
    books: &mut Books,
    purchases: &mut Vec<Purchase>,
) {
    let articles = articles::all();
    let mut maker = Maker {
        until,
        articles: &articles,
        books,
        purchases,
        dealt: 0,
    };
    let minutes = i64::from(options.days).max(1) * 1440;
    for place in 0..options.purchases {
        let number = i64::try_from(place).unwrap_or(0);
        let mut dice = Dice::new(options.seed, &[0x5A1E, u64::try_from(number).unwrap_or(0)]);
        // Spread evenly, with some disorder, so that the last ones are hours old.
        let count = i64::try_from(options.purchases).unwrap_or(1).max(1);
        let back = minutes * (count - number) / count;
        let at = until - TimeDelta::minutes(back.max(30) + dice.between(0, 25));
        let trouble = (options.troubles && place % 2 == 0).then(|| maker.deal());
        let account = match trouble {
            // What depends on Colombian catalogues happens there.
            Some(trouble) if trouble != Trouble::TaxesOnTop => accounts.first(),
            _ => match dice.below(100) {
                0..70 => accounts.first(),
                70..82 => accounts.get(1),
                82..92 => accounts.get(2),
                _ => accounts.get(3),
            },
        };
        if let Some(account) = account {
            maker.purchase(&mut dice, number, account, at, trouble);
        }
    }
    maker
        .books
        .late
        .sort_by_key(|late| std::cmp::Reverse(late.at));
}

struct Maker<'a> {
    until: DateTime<Utc>,
    articles: &'a [Article],
    books: &'a mut Books,
    purchases: &'a mut Vec<Purchase>,
    dealt: usize,
}

impl Maker<'_> {
    fn deal(&mut self) -> Trouble {
        let trouble = TROUBLES.get(self.dealt % TROUBLES.len()).copied();
        self.dealt += 1;
        trouble.unwrap_or(Trouble::ManyUnits)
    }

    fn purchase(
        &mut self,
        dice: &mut Dice,
        number: i64,
        account: &MeliAccount,
        at: DateTime<Utc>,
        trouble: Option<Trouble>,
    ) {
        let buyer_id = BUYERS + number;
        let mut billing = people::billing(
            dice,
            BILLINGS + number,
            buyer_id,
            account.user_id,
            account.site,
            trouble,
        );
        if trouble == Some(Trouble::InactiveCustomer) {
            INACTIVE.clone_into(&mut billing.street_number);
            (billing.kind, billing.is_company) = (Some("CC"), false);
            billing.number = Some((60_000_000 + number).to_string());
        }
        let buyer = Buyer {
            id: buyer_id,
            nickname: format!("COMPRADOR{number}"),
            first: billing.name.clone(),
            last: billing.last.clone(),
        };
        let count = match trouble {
            Some(Trouble::PackOfTwo) => 2,
            Some(Trouble::PackWithCancelled) => 3,
            _ => 1,
        };
        let has_pack = count > 1 || trouble == Some(Trouble::PackOfOne) || dice.percent(35);
        let pack = has_pack.then_some(PACKS + number);
        let ids: Vec<i64> = (0..count)
            .map(|place| ORDERS + number * 10 + place)
            .collect();
        let mut orders: Vec<Order> = ids
            .iter()
            .map(|id| self.order(dice, *id, account, at, &buyer, pack, trouble))
            .collect();
        self.ship(dice, number, account, &mut orders, &billing, trouble);
        for (place, order) in orders.iter_mut().enumerate() {
            self.trouble(dice, order, place, trouble);
        }
        let purchase = |orders: Vec<i64>| Purchase {
            account: account.user_id,
            site: account.site,
            pack,
            orders,
            trouble,
        };
        self.purchases.push(purchase(ids));
        if trouble == Some(Trouble::TwinPurchase) {
            self.twin(number, &orders, purchase);
        }
        self.books.billing.insert(billing.id, billing);
        if let Some(pack) = pack {
            let ids = orders.iter().map(|order| order.id).collect();
            self.books.packs.insert(pack, ids);
        }
        for order in orders {
            self.books.add(order);
        }
    }

    /// The same again, four minutes later, by itself.
    fn twin(&mut self, number: i64, orders: &[Order], purchase: impl Fn(Vec<i64>) -> Purchase) {
        let Some(first) = orders.first() else { return };
        let mut twin = first.clone();
        twin.id = ORDERS + number * 10 + 9;
        twin.pack = None;
        let later = TimeDelta::minutes(4);
        (twin.created, twin.closed, twin.updated) = (
            twin.created + later,
            twin.closed + later,
            twin.updated + later,
        );
        for payment in &mut twin.payments {
            payment.id += 5;
        }
        if let Some(mut shipment) = first
            .shipment
            .and_then(|id| self.books.shipments.get(&id))
            .cloned()
        {
            shipment.id += 5;
            shipment.orders = vec![twin.id];
            twin.shipment = Some(shipment.id);
            self.books.shipments.insert(shipment.id, shipment);
        }
        self.purchases.push(Purchase {
            pack: None,
            ..purchase(vec![twin.id])
        });
        self.books.add(twin);
    }

    fn article(&self, dice: &mut Dice, trouble: Option<Trouble>) -> Option<&Article> {
        let wants = |article: &&Article| match trouble {
            Some(Trouble::Exempt) => matches!(article.iva, Iva::Exempt | Iva::Excluded),
            Some(Trouble::LowIva) => article.iva == Iva::Low,
            Some(Trouble::InactiveProduct) => !article.is_active,
            _ => article.iva == Iva::General && article.is_active,
        };
        let fitting: Vec<&Article> = self.articles.iter().filter(wants).collect();
        fitting.get(dice.favourite(fitting.len())).copied()
    }

    #[allow(clippy::too_many_arguments, reason = "one line of a story")]
    fn order(
        &self,
        dice: &mut Dice,
        id: i64,
        account: &MeliAccount,
        at: DateTime<Utc>,
        buyer: &Buyer,
        pack: Option<i64>,
        trouble: Option<Trouble>,
    ) -> Order {
        let article = self.article(dice, trouble);
        let (sku, title, pesos) = article.map_or_else(
            || ("GENERICO".to_owned(), String::new(), 1_000),
            |article| (article.sku.clone(), article.title.clone(), article.price),
        );
        let price = price_in(account.site, pesos);
        let quantity = if trouble == Some(Trouble::ManyUnits) {
            u32::try_from(dice.between(2, 6)).unwrap_or(2)
        } else {
            1
        };
        let closed = at + TimeDelta::minutes(dice.between(1, 9));
        let mut order = Order {
            id,
            pack,
            site: account.site,
            seller: account.user_id,
            created: at,
            closed,
            updated: closed + TimeDelta::minutes(dice.between(0, 10)),
            status: OrderStatus::Paid,
            detail: None,
            item: format!("{}{}", account.site.code(), 600_000_000 + id % 1_000_000),
            title,
            sku: Some(sku),
            custom_field: None,
            variation: None,
            quantity,
            unit_price: price,
            gross_price: None,
            sale_fee: cents(account.site, price * FEE),
            seller_discount: Decimal::ZERO,
            taxes: Decimal::ZERO,
            buyer: buyer.clone(),
            billing: Some(BILLINGS + (buyer.id - BUYERS)),
            payments: Vec::new(),
            shipment: None,
            tags: vec!["paid", "not_delivered"],
            missing: None,
        };
        before_paying(dice, &mut order, trouble);
        order.payments.push(Payment {
            id: PAYMENTS + (id - ORDERS) * 10,
            status: "approved",
            amount: order.total(),
            refunded: Decimal::ZERO,
            shipping: Decimal::ZERO,
            coupon: Decimal::ZERO,
            taxes: order.taxes,
            overpaid: Decimal::ZERO,
            method: if dice.percent(40) { "pse" } else { "visa" },
        });
        order
    }

    fn ship(
        &mut self,
        dice: &mut Dice,
        number: i64,
        account: &MeliAccount,
        orders: &mut [Order],
        billing: &crate::clouds::mercadolibre::model::Billing,
        trouble: Option<Trouble>,
    ) {
        if trouble == Some(Trouble::NoShipment) {
            return;
        }
        let gross = price_in(account.site, dice.between(8_000, 24_000) / 50 * 50);
        let id = SHIPMENTS + number * 10;
        let half = cents(account.site, gross / Decimal::TWO);
        let me = account.user_id;
        let (receiver_cost, senders) = match trouble {
            Some(Trouble::BuyerShipping) => (gross, vec![(me, Decimal::ZERO)]),
            Some(Trouble::TwoSenders) => (Decimal::ZERO, vec![(me, gross - half), (77_001, half)]),
            Some(Trouble::Flex) => (Decimal::ZERO, vec![(me, Decimal::ZERO)]),
            _ if dice.percent(55) => (Decimal::ZERO, vec![(me, half)]),
            _ => (Decimal::ZERO, vec![(me, Decimal::ZERO)]),
        };
        for order in orders.iter_mut() {
            order.shipment = Some(id);
        }
        if let Some(payment) = orders
            .first_mut()
            .and_then(|order| order.payments.first_mut())
        {
            payment.shipping = receiver_cost;
        }
        let created = orders.first().map_or(self.until, |order| order.created);
        let shipment = Shipment {
            id,
            orders: orders.iter().map(|order| order.id).collect(),
            status: if self.until - created > TimeDelta::days(5) {
                "delivered"
            } else {
                "ready_to_ship"
            },
            logistic: match trouble {
                Some(Trouble::Flex) => "self_service",
                Some(Trouble::Full) => "fulfillment",
                _ => "cross_docking",
            },
            gross,
            receiver: billing.buyer,
            receiver_cost,
            senders,
            created,
            city: billing.city.clone(),
            state: billing.state,
            state_name: billing.state_name,
            street: format!("{} # {}", billing.street, billing.street_number),
            receiver_name: format!("{} {}", billing.name, billing.last),
        };
        self.books.shipments.insert(id, shipment);
    }

    /// What goes wrong after the purchase.
    fn trouble(
        &mut self,
        dice: &mut Dice,
        order: &mut Order,
        place: usize,
        trouble: Option<Trouble>,
    ) {
        let soon = self.until + TimeDelta::hours(dice.between(1, 6));
        let mut later = |change| {
            self.books.late.push(LateChange {
                at: soon,
                order: order.id,
                change,
            });
        };
        let Some(payment) = order.payments.first_mut() else {
            return;
        };
        match trouble {
            Some(Trouble::Refunded) => {
                (payment.status, payment.refunded) = ("refunded", payment.amount);
            }
            Some(Trouble::Cancelled) => {
                order.status = OrderStatus::Cancelled;
                order.detail = Some("cancelled_by_buyer");
                (payment.status, payment.refunded) = ("refunded", payment.amount);
            }
            Some(Trouble::PackWithCancelled) if place == 2 => {
                order.status = OrderStatus::Cancelled;
                order.detail = Some("cancelled_by_seller");
                (payment.status, payment.refunded) = ("refunded", payment.amount);
            }
            Some(Trouble::PartiallyRefunded) => {
                order.status = OrderStatus::PartiallyRefunded;
                payment.refunded = cents(order.site, payment.amount / Decimal::from(4));
            }
            Some(Trouble::CancelledLate) => later(OrderChange::Cancel),
            Some(Trouble::PaidLate) => {
                order.status = OrderStatus::PaymentInProcess;
                payment.status = "in_process";
                later(OrderChange::Pay);
            }
            Some(Trouble::Unpaid) => {
                order.status = OrderStatus::PaymentRequired;
                payment.status = "rejected";
            }
            Some(Trouble::TotalDiffers) => payment.overpaid = Decimal::from(1_500),
            Some(Trouble::Coupon) => payment.coupon = Decimal::from(5_000),
            Some(Trouble::Partial) => {
                order.missing = Some((vec!["buyer".into(), "payments".into()], 2));
            }
            _ => {}
        }
    }
}

/// What is odd about the listing.
fn before_paying(dice: &mut Dice, order: &mut Order, trouble: Option<Trouble>) {
    match trouble {
        Some(Trouble::UnmappedSku) => {
            order.sku = Some(format!("NUEVO-{:04}", dice.between(1, 40)));
            order.title = "Artículo nuevo sin código en el ERP".into();
        }
        Some(Trouble::SkuInCustomField) => order.custom_field = order.sku.take(),
        Some(Trouble::NoSku) => order.sku = None,
        Some(Trouble::SloppySku) => {
            order.sku = order
                .sku
                .as_ref()
                .map(|sku| format!(" {} ", sku.to_lowercase()));
        }
        Some(Trouble::SellerDiscount) => {
            let full = order.unit_price;
            order.unit_price = cents(order.site, full * Decimal::new(9, 1));
            order.gross_price = Some(full);
            order.seller_discount = (full - order.unit_price) * Decimal::from(order.quantity);
            order.sale_fee = cents(order.site, order.unit_price * FEE);
        }
        Some(Trouble::Cents) => {
            order.unit_price += Decimal::new(77, 2);
            order.quantity = 2;
        }
        Some(Trouble::TaxesOnTop) => {
            order.taxes = cents(order.site, order.total() * Decimal::new(2, 2))
        }
        Some(Trouble::OddLetters) => {
            order.title = format!("{} ✨ 'Edición' \u{201c}Ñandú\u{201d}\t2x1", order.title);
        }
        _ => {}
    }
}

/// A price in the country's money, at about the rate of the day.
fn price_in(site: Site, pesos: i64) -> Decimal {
    let pesos = Decimal::from(pesos);
    match site {
        Site::Mco => pesos,
        Site::Mlc => cents(site, pesos / Decimal::new(43, 1)),
        Site::Mlm => cents(site, pesos / Decimal::from(215)),
        Site::Mla => cents(site, pesos / Decimal::new(28, 1)),
    }
}
