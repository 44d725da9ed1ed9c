//! SIIGO's errors: the body in both casings, and a reader of JSON that gathers what is wrong.

use crate::clouds::call::Reply;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::str::FromStr;

/// How the names in an error body are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Casing {
    /// `{"Status":400,"Errors":[{"Code":...}]}`, as documented for answers.
    #[default]
    Pascal,
    /// `{"status":400,"errors":[{"code":...}]}`, as documented for batches.
    Lower,
    /// One after the other.
    Alternating,
}

/// One reason why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) params: Vec<String>,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Trouble {
            code,
            message: message.into(),
            params: Vec::new(),
        }
    }

    pub(crate) fn at(mut self, param: impl Into<String>) -> Self {
        self.params.push(param.into());
        self
    }
}

/// An answer that refuses.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) retry_after: Option<i64>,
}

impl Refusal {
    pub(crate) fn one(status: u16, trouble: Trouble) -> Self {
        Refusal {
            status,
            troubles: vec![trouble],
            retry_after: None,
        }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Refusal::one(
            404,
            Trouble::new("not_found", format!("The {what} was not found")).at(what),
        )
    }

    /// A request that the documentation says nothing about.
    pub(crate) fn unknown(what: impl Into<String>) -> Self {
        Refusal::one(
            404,
            Trouble::new(
                "not_found",
                format!("Nothing is known about {}", what.into()),
            ),
        )
    }

    pub(crate) fn reply(&self, lower: bool) -> Reply {
        let detail = "Check the API documentation";
        let body = if lower {
            let errors: Vec<Value> = self
                .troubles
                .iter()
                .map(|one| {
                    json!({"code": one.code, "message": one.message, "params": one.params,
                           "detail": detail})
                })
                .collect();
            json!({"status": self.status, "errors": errors})
        } else {
            let errors: Vec<Value> = self
                .troubles
                .iter()
                .map(|one| {
                    json!({"Code": one.code, "Message": one.message, "Params": one.params,
                           "Detail": if one.params.is_empty() { Value::Null } else { detail.into() }})
                })
                .collect();
            json!({"Status": self.status, "Errors": errors})
        };
        let reply = Reply::json(self.status, &body);
        match self.retry_after {
            Some(seconds) => reply.with("retry-after", seconds.to_string()),
            None => reply,
        }
    }
}

/// The exact value of a JSON number.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let text = value.as_number()?.to_string();
    Decimal::from_str(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .ok()
}

/// A JSON number that says exactly this.
pub(crate) fn number(value: Decimal) -> Value {
    value
        .normalize()
        .to_string()
        .parse::<serde_json::Number>()
        .map_or(Value::Null, Value::Number)
}

/// Reads one object of a request and gathers what is wrong with it.
pub(crate) struct Reader<'a> {
    object: &'a Map<String, Value>,
    path: String,
    troubles: &'a mut Vec<Trouble>,
}

impl<'a> Reader<'a> {
    /// `path` ends in a dot, or is empty.
    pub(crate) fn new(
        value: &'a Value,
        path: &str,
        troubles: &'a mut Vec<Trouble>,
    ) -> Option<Self> {
        let Some(object) = value.as_object() else {
            let name = path.trim_end_matches('.');
            troubles
                .push(Trouble::new("invalid_type", format!("{name} is not an object")).at(name));
            return None;
        };
        Some(Reader {
            object,
            path: path.to_owned(),
            troubles,
        })
    }

    pub(crate) fn name(&self, field: &str) -> String {
        format!("{}{field}", self.path)
    }

    pub(crate) fn wrong(&mut self, code: &'static str, field: &str, message: impl Into<String>) {
        let name = self.name(field);
        self.troubles.push(Trouble::new(code, message).at(name));
    }

    /// Says of each field that is not in the list that it is not known.
    pub(crate) fn only(&mut self, fields: &[&str]) {
        let strange: Vec<String> = self
            .object
            .keys()
            .filter(|key| !fields.contains(&key.as_str()))
            .cloned()
            .collect();
        for field in strange {
            self.wrong(
                "parameter_not_allowed",
                &field,
                format!("The field {field} is not documented"),
            );
        }
    }

    pub(crate) fn get(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field).filter(|value| !value.is_null())
    }

    pub(crate) fn required(&mut self, field: &str) -> Option<&'a Value> {
        let value = self.get(field);
        if value.is_none() {
            self.wrong(
                "parameter_required",
                field,
                format!("The field {field} is required"),
            );
        }
        value
    }

    /// A text of at most `max` characters; empty ones are refused.
    pub(crate) fn text(&mut self, field: &str, max: usize) -> Option<&'a str> {
        let value = self.get(field)?;
        let Some(text) = value.as_str() else {
            self.wrong("invalid_type", field, format!("{field} is not a string"));
            return None;
        };
        if text.trim().is_empty() {
            self.wrong("parameter_empty", field, format!("{field} is empty"));
            return None;
        }
        if text.chars().count() > max {
            self.wrong(
                "length_max",
                field,
                format!("The length of {field} must be {max} or less"),
            );
            return None;
        }
        Some(text)
    }

    pub(crate) fn required_text(&mut self, field: &str, max: usize) -> Option<&'a str> {
        self.required(field)?;
        self.text(field, max)
    }

    pub(crate) fn whole(&mut self, field: &str) -> Option<i64> {
        let value = self.get(field)?;
        let whole = value.as_i64();
        if whole.is_none() {
            self.wrong("invalid_type", field, format!("{field} is not an integer"));
        }
        whole
    }

    pub(crate) fn required_whole(&mut self, field: &str) -> Option<i64> {
        self.required(field)?;
        self.whole(field)
    }

    /// A number that is not negative, of at most so many decimals.
    pub(crate) fn amount(&mut self, field: &str, decimals: u32) -> Option<Decimal> {
        let value = self.get(field)?;
        let Some(amount) = decimal(value) else {
            self.wrong("invalid_type", field, format!("{field} is not a number"));
            return None;
        };
        if amount.is_sign_negative() || amount.normalize().scale() > decimals {
            self.wrong(
                "invalid_amount",
                field,
                format!("{field} must be positive, with up to {decimals} decimals"),
            );
            return None;
        }
        Some(amount)
    }

    pub(crate) fn required_amount(&mut self, field: &str, decimals: u32) -> Option<Decimal> {
        self.required(field)?;
        self.amount(field, decimals)
    }

    pub(crate) fn boolean(&mut self, field: &str) -> Option<bool> {
        let value = self.get(field)?;
        let boolean = value.as_bool();
        if boolean.is_none() {
            self.wrong("invalid_type", field, format!("{field} is not a boolean"));
        }
        boolean
    }

    pub(crate) fn list(&mut self, field: &str) -> Option<&'a [Value]> {
        let value = self.get(field)?;
        let Some(list) = value.as_array() else {
            self.wrong("invalid_array", field, format!("{field} is not an array"));
            return None;
        };
        Some(list)
    }

    /// A list that must be there and have something in it.
    pub(crate) fn some(&mut self, field: &str) {
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        if self.required(field).is_some_and(is_empty) {
            self.wrong(
                "parameter_required",
                field,
                format!("The field {field} is empty"),
            );
        }
    }

    /// Reads the object in a field.
    pub(crate) fn inside<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(field)?;
        let path = format!("{}.", self.name(field));
        let mut reader = Reader::new(value, &path, self.troubles)?;
        read(&mut reader)
    }

    /// Reads each object of a list.
    pub(crate) fn each<T>(
        &mut self,
        field: &str,
        mut read: impl FnMut(&mut Reader<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.list(field)?;
        let mut all = Vec::with_capacity(list.len());
        for (place, value) in list.iter().enumerate() {
            let path = format!("{}[{place}].", self.name(field));
            if let Some(one) = Reader::new(value, &path, self.troubles)
                .as_mut()
                .and_then(&mut read)
            {
                all.push(one);
            }
        }
        Some(all)
    }

    pub(crate) fn is_fine(&self) -> bool {
        self.troubles.is_empty()
    }
}
