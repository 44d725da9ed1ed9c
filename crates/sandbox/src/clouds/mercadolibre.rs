//! MercadoLibre: the page of consent, tokens, orders, packs, shipments, fiscal data and fees.

mod fees;
pub(crate) mod model;
mod oauth;
mod search;
mod show;

pub(crate) use fees::FEE;
pub use model::{MeliAccount, MeliApp, OrderChange, OrderStatus, Site};

use super::call::{Call, Reply};
use super::journal::{Effect, EffectKind};
use chrono::{DateTime, TimeDelta, Utc};
use model::{Books, Order};
use oauth::{Code, Refresh};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};

/// What MercadoLibre does until it is told otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MeliSwitches {
    /// Whether the application asks for PKCE.
    pub pkce: bool,
    /// Whether the application may read fiscal data ("Facturación").
    pub billing: bool,
    /// Requests that an application may send in a minute; `None` is as many as it likes.
    pub per_minute: Option<u32>,
    /// Whether shipments refuse requests without `x-format-new: true`.
    pub format_header: bool,
}

impl Default for MeliSwitches {
    fn default() -> Self {
        MeliSwitches {
            pkce: true,
            billing: true,
            per_minute: None,
            format_header: true,
        }
    }
}

/// Whose token it is, and until when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) user: i64,
    pub(crate) until: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Meli {
    pub(crate) app: MeliApp,
    pub(crate) redirects: Vec<String>,
    pub(crate) accounts: Vec<MeliAccount>,
    pub(crate) books: Books,
    pub(crate) switches: MeliSwitches,
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Grant>,
    refreshes: HashMap<String, Refresh>,
    heard: VecDeque<DateTime<Utc>>,
    words: u64,
}

/// An error body.
pub(crate) fn refuse(status: u16, code: &str, message: &str) -> Reply {
    let body = if status == 400 && code.starts_with("invalid_") {
        json!({"error_description": message, "error": code, "status": status, "cause": []})
    } else {
        json!({"message": message, "error": code, "status": status, "cause": []})
    };
    Reply::json(status, &body)
}

impl Meli {
    pub(crate) fn new(
        app: MeliApp,
        redirects: Vec<String>,
        accounts: Vec<MeliAccount>,
        books: Books,
        words: u64,
    ) -> Self {
        Meli {
            app,
            redirects,
            accounts,
            books,
            switches: MeliSwitches::default(),
            codes: HashMap::new(),
            tokens: HashMap::new(),
            refreshes: HashMap::new(),
            heard: VecDeque::new(),
            words,
        }
    }

    /// Answers a request to the API.
    pub(crate) fn answer(
        &mut self,
        call: &Call,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Reply {
        self.books.settle(now);
        if let Err(reply) = self.hear(now) {
            return reply;
        }
        let parts = call.segments();
        if parts.as_slice() == ["oauth", "token"] {
            return if call.method == "POST" {
                self.token(call, now, effects)
            } else {
                refuse(405, "method_not_allowed", "Only POST")
            };
        }
        let grant = call
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| self.tokens.get(token))
            .filter(|grant| grant.until > now);
        let Some(grant) = grant.copied() else {
            return refuse(401, "unauthorized", "invalid access token");
        };
        if call.method == "DELETE"
            && let ["users", user, "applications", app] = parts.as_slice()
        {
            return self.revoke_by(grant.user, user, app);
        }
        if call.method != "GET" {
            return refuse(405, "method_not_allowed", "Only GET");
        }
        self.read(call, &parts, grant.user, now)
    }

    fn read(&mut self, call: &Call, parts: &[&str], user: i64, now: DateTime<Utc>) -> Reply {
        match parts {
            ["users", "me"] => self.account(user),
            ["users", id] if *id == user.to_string() => self.account(user),
            ["applications", id] if *id == self.app.client_id => Reply::json(
                200,
                &json!({"id": self.app.client_id, "name": "Puente",
                        "max_requests_per_hour": 18_000}),
            ),
            ["orders", "search"] => self.search(call, user, now),
            ["orders", "billing-info", site, id] => self.billing(call, user, site, id),
            ["orders", id] => self.order(user, id),
            ["orders", id, "discounts"] => self.discounts(user, id),
            ["orders", id, "shipments"] => self.order_shipments(call, user, id),
            ["packs", id] => self.pack(user, id),
            ["shipments", id, more @ ..] => self.shipment(call, user, id, more),
            ["sites", site, "listing_prices"] => fees::listing_prices(call, site),
            ["billing", "integration", rest @ ..] => self.billing_details(call, user, rest),
            ["items", id] => self.item(user, id),
            ["missed_feeds"] => Reply::json(200, &json!({"messages": []})),
            _ => refuse(404, "not_found", "Nothing is known about this resource"),
        }
    }

    fn hear(&mut self, now: DateTime<Utc>) -> Result<(), Reply> {
        let Some(most) = self.switches.per_minute else {
            return Ok(());
        };
        while self
            .heard
            .front()
            .is_some_and(|at| now - *at >= TimeDelta::seconds(60))
        {
            self.heard.pop_front();
        }
        if self.heard.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(self.fail(429));
        }
        self.heard.push_back(now);
        Ok(())
    }

    /// The error body of a status that has no other reason.
    pub(crate) fn fail(&self, status: u16) -> Reply {
        let (code, message) = match status {
            401 => ("unauthorized", "invalid access token"),
            403 => ("forbidden", "forbidden"),
            404 => ("not_found", "not found"),
            429 => ("local_rate_limited", "Too many requests"),
            _ => ("internal_server_error", "Internal server error"),
        };
        refuse(status, code, message)
    }

    fn account(&self, user: i64) -> Reply {
        match self.accounts.iter().find(|one| one.user_id == user) {
            None => self.fail(404),
            Some(account) => Reply::json(
                200,
                &json!({"id": account.user_id, "nickname": account.nickname,
                        "site_id": account.site.code(), "user_type": "normal",
                        "country_id": account.site.code().trim_start_matches('M'),
                        "status": {"site_status": "active"}}),
            ),
        }
    }

    fn own_order(&self, user: i64, id: &str) -> Result<&Order, Reply> {
        let order = id
            .parse::<i64>()
            .ok()
            .and_then(|id| self.books.orders.get(&id))
            .ok_or_else(|| refuse(404, "order_not_found", "Order do not exists"))?;
        if order.seller == user {
            Ok(order)
        } else {
            Err(refuse(403, "forbidden", "The order is of another seller"))
        }
    }

    fn order(&mut self, user: i64, id: &str) -> Reply {
        let reply = match self.own_order(user, id) {
            Err(reply) => return reply,
            Ok(order) => Reply::json(200, &show::order(order)),
        };
        let order = id
            .parse::<i64>()
            .ok()
            .and_then(|id| self.books.orders.get_mut(&id));
        let Some(order) = order else { return reply };
        match &mut order.missing {
            Some((fields, times)) if *times > 0 => {
                *times -= 1;
                partial(reply, fields)
            }
            Some(_) | None => reply,
        }
    }

    fn discounts(&self, user: i64, id: &str) -> Reply {
        match self.own_order(user, id) {
            Err(reply) => reply,
            Ok(order) if order.seller_discount.is_zero() => {
                refuse(404, "discount_not_found", "The order has no discounts")
            }
            Ok(order) => {
                let amount = super::siigo::number(order.seller_discount);
                Reply::json(
                    200,
                    &json!({"details": [{"type": "discount", "items": [{
                        "id": order.item, "quantity": order.quantity,
                        "amounts": {"total": amount, "seller": amount}}]}]}),
                )
            }
        }
    }

    fn order_shipments(&self, call: &Call, user: i64, id: &str) -> Reply {
        let order = match self.own_order(user, id) {
            Err(reply) => return reply,
            Ok(order) => order,
        };
        if call.header("x-new-domain") != Some("true") {
            return refuse(
                400,
                "invalid_header",
                "The header X-New-Domain: true is needed",
            );
        }
        match order.shipment {
            None => Reply::empty(204),
            Some(id) => Reply::json(200, &json!([{"id": id, "type": "forward"}])),
        }
    }

    fn pack(&self, user: i64, id: &str) -> Reply {
        let orders: Vec<&Order> = id
            .parse::<i64>()
            .ok()
            .and_then(|id| self.books.packs.get(&id))
            .into_iter()
            .flatten()
            .filter_map(|id| self.books.orders.get(id))
            .collect();
        match orders.first() {
            None => refuse(404, "pack_not_found", "The pack was not found"),
            Some(order) if order.seller != user => self.fail(403),
            Some(order) => Reply::json(200, &show::pack(order.pack.unwrap_or(0), &orders)),
        }
    }

    fn shipment(&self, call: &Call, user: i64, id: &str, more: &[&str]) -> Reply {
        if self.switches.format_header && call.header("x-format-new") != Some("true") {
            return refuse(
                400,
                "invalid_header",
                "The header x-format-new: true is needed",
            );
        }
        let shipment = id
            .parse::<i64>()
            .ok()
            .and_then(|id| self.books.shipments.get(&id));
        let Some(shipment) = shipment else {
            return refuse(404, "not_found_shipping_id", "The shipment was not found");
        };
        if !shipment.senders.iter().any(|(sender, _)| *sender == user) {
            return self.fail(403);
        }
        let orders: Vec<&Order> = shipment
            .orders
            .iter()
            .filter_map(|id| self.books.orders.get(id))
            .collect();
        match more {
            [] => Reply::json(200, &show::shipment(shipment)),
            ["costs"] => Reply::json(200, &show::costs(shipment)),
            ["items"] => {
                let items: Vec<Value> = orders
                    .iter()
                    .map(|order| {
                        json!({"item_id": order.item, "order_id": order.id,
                               "description": order.title, "quantity": order.quantity})
                    })
                    .collect();
                Reply::json(200, &Value::Array(items))
            }
            ["orders"] => {
                let ids: Vec<Value> = orders.iter().map(|order| json!({"id": order.id})).collect();
                Reply::json(200, &json!({"orders": ids}))
            }
            _ => refuse(404, "not_found", "Nothing is known about this resource"),
        }
    }

    fn billing(&self, call: &Call, user: i64, site: &str, id: &str) -> Reply {
        if !self.switches.billing {
            return Reply::json(
                403,
                &json!({"code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES",
                        "message": "At least one policy returned UNAUTHORIZED.",
                        "blocked_by": "PolicyAgent", "status": 403}),
            );
        }
        if call.header("x-version") != Some("2") {
            return refuse(400, "invalid_header", "The header x-version: 2 is needed");
        }
        let billing = id
            .parse::<i64>()
            .ok()
            .and_then(|id| self.books.billing.get(&id))
            .filter(|billing| billing.site.code() == site);
        match billing {
            None => refuse(404, "not_found", "The billing info was not found"),
            Some(billing) if billing.seller != user => self.fail(403),
            Some(billing) => Reply::json(200, &show::billing(billing)),
        }
    }

    fn item(&self, user: i64, id: &str) -> Reply {
        let order = self
            .books
            .orders
            .values()
            .find(|order| order.item == id && order.seller == user);
        match order {
            None => self.fail(404),
            Some(order) => Reply::json(
                200,
                &json!({"id": order.item, "title": order.title, "seller_id": user,
                        "site_id": order.site.code(),
                        "price": super::siigo::number(order.unit_price),
                        "currency_id": order.site.currency(), "status": "active",
                        "seller_custom_field": order.custom_field,
                        "attributes": [{"id": "SELLER_SKU", "value_name": order.sku}]}),
            ),
        }
    }

    fn revoke_by(&mut self, own: i64, user: &str, app: &str) -> Reply {
        if user != own.to_string() || app != self.app.client_id {
            return self.fail(403);
        }
        self.revoke(own);
        Reply::json(
            200,
            &json!({"user_id": own, "app_id": app, "msg": "Autorización eliminada"}),
        )
    }

    /// Makes the tokens of an account invalid.
    pub(crate) fn revoke(&mut self, user: i64) {
        self.tokens.retain(|_, grant| grant.user != user);
        self.refreshes.retain(|_, refresh| refresh.user != user);
    }

    /// Makes every access token invalid; refresh tokens stay good.
    pub(crate) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    /// Puts back what a journal says.
    pub(crate) fn restore(&mut self, effect: &Effect) {
        if let EffectKind::MeliTokens {
            user,
            access,
            until,
            refresh,
            replaced,
        } = &effect.kind
        {
            self.words += 2;
            self.keep_tokens(*user, access, *until, refresh, replaced.as_deref());
        }
    }

    /// All orders: for those who count what there is.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.books.orders.values()
    }
}

/// 206 without some fields.
pub(crate) fn partial(reply: Reply, fields: &[String]) -> Reply {
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else {
        return reply;
    };
    if let Some(body) = body.as_object_mut() {
        for field in fields {
            body.remove(field);
        }
    }
    Reply::json(206, &body).with("x-content-missing", fields.join(","))
}

/// Rounds to what the country's money has.
pub(crate) fn cents(site: Site, value: Decimal) -> Decimal {
    let decimals = match site {
        Site::Mco | Site::Mlm | Site::Mla => 2,
        Site::Mlc => 0,
    };
    value.round_dp_with_strategy(
        decimals,
        rust_decimal::RoundingStrategy::MidpointAwayFromZero,
    )
}
