//! Kong's `atc-router`: an expression a rule, tried from the highest priority down.
//!
//! A request's context is made anew for each match and holds what the expressions ask
//! for and no more, as Kong does it. Kong's cache of answers is left out: it is keyed
//! by requests, and whoever sends new ones gets none of it.

use atc_router::ast::{Type, Value};
use atc_router::context::Context;
use atc_router::router::Router;
use atc_router::schema::Schema;
use uuid::Uuid;

use super::{Search, Sink, by_precedence, each};
use crate::mix::Prepared;
use crate::routes::{Path, Set};

/// The router. It borrows its schema for as long as it lives, which is as long as the
/// program does: a few hundred bytes.
pub(super) struct Atc {
    router: Router<'static>,
    schema: &'static Schema,
    headers: Vec<(&'static str, String)>,
}

impl Atc {
    pub(super) fn new(set: &Set) -> Result<Self, String> {
        let mut headers: Vec<(&'static str, String)> = Vec::new();
        for rule in &set.rules {
            if let Some((name, _)) = &rule.header
                && !headers.iter().any(|(known, _)| known == name)
            {
                headers.push((name, field(name)));
            }
        }
        let mut schema = Schema::default();
        let fields = ["http.host", "http.path", "http.method"];
        let named = headers.iter().map(|(_, field)| field.as_str());
        for field in fields.into_iter().chain(named) {
            schema.add_field(field, Type::String);
        }
        let schema: &'static Schema = Box::leak(Box::new(schema));
        let mut router = Router::new(schema);
        let order = by_precedence(set);
        for (rank, &at) in order.iter().enumerate() {
            let id = Uuid::from_u128(u128::from(at));
            router.add_matcher(order.len() - rank, id, &expression(set, at)?)?;
        }
        Ok(Self {
            router,
            schema,
            headers,
        })
    }

    fn find(&self, ask: &Prepared<'_>) -> Option<u32> {
        let mut context = Context::new(self.schema);
        let text = |text: &str| Value::String(text.to_string());
        context.add_value("http.host", text(ask.host));
        context.add_value("http.path", text(ask.path));
        context.add_value("http.method", text(ask.method));
        for (name, field) in &self.headers {
            for (known, value) in &ask.headers {
                if *known == name.as_bytes() {
                    context.add_value(field, text(std::str::from_utf8(value).ok()?));
                }
            }
        }
        if !self.router.execute(&mut context) {
            return None;
        }
        let matched = context.result?;
        Some(matched.uuid.as_u128() as u32)
    }
}

impl Search for Atc {
    #[inline(always)]
    fn search(&mut self, asks: &[&Prepared<'_>], sink: &mut impl Sink) {
        each(asks, sink, |ask| self.find(ask));
    }
}

/// The field of a header, as Kong names it.
fn field(header: &str) -> String {
    format!("http.headers.{}", header.replace('-', "_"))
}

fn expression(set: &Set, at: u32) -> Result<String, String> {
    let rule = &set.rules[at as usize];
    let Path::Segments(path) = &rule.path else {
        return Err("atc-router has no templates".to_string());
    };
    let path = path.trim_end_matches('/');
    let mut text = match path {
        "" => "http.path ^= \"/\"".to_string(),
        path => format!("(http.path == \"{path}\" || http.path ^= \"{path}/\")"),
    };
    if let Some(host) = &rule.host {
        text = format!("http.host == \"{host}\" && {text}");
    }
    if let Some(method) = rule.method {
        text += &format!(" && http.method == \"{method}\"");
    }
    if let Some((name, value)) = &rule.header {
        text += &format!(" && {} == \"{value}\"", field(name));
    }
    Ok(text)
}
