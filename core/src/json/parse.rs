//! Reading a request from JSON, strictly and without an intermediate tree.
//!
//! serde_json drives visitors that put each value where it belongs. Serde's
//! errors carry text only, so the visitors keep in a shared [`State`] which
//! field they are at, and leave there a [`RequestError`] that is already worded.
//!
//! No visitor descends into a value it did not ask for, so nesting is bounded by
//! the form of a request.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::{self, Write as _};
use core::net::IpAddr;

use serde_core::de::{
    DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::error::Category;

use crate::diagnostic::codes::request as codes;
use crate::matcher::request::RequestProtocol;
use crate::vocabulary::Scheme;

use super::error::RequestError;
use super::request::RequestJson;

/// Reads the fields of `json` into an empty request.
pub(super) fn parse(request: &mut RequestJson, json: &[u8]) -> Result<(), RequestError> {
    let mut state = State {
        request,
        at: String::new(),
        text: String::new(),
        refusal: None,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = RequestVisitor { state: &mut state }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    let Err(error) = read else { return Ok(()) };
    let State { at, refusal, .. } = state;
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    let said = said(&error);
    let refused = match error.classify() {
        Category::Data if at.is_empty() => {
            RequestError::new(codes::INVALID_REQUEST, format!("the request has an {said}"))
        }
        Category::Data => {
            let message = format!("{at} has an {said}");
            RequestError::at(codes::INVALID_FIELD, at, message)
        }
        _ => RequestError::new(
            codes::INVALID_JSON,
            format!("the line is not valid JSON: {said}"),
        ),
    };
    Err(match error.column() {
        0 => refused,
        column => refused.with_column(column as u64),
    })
}

/// What serde's error says, without ` at line 1 column 7`: the column is a field of
/// its own, and the line is the caller's to count.
fn said(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    if text.ends_with(&place) {
        text.truncate(text.len() - place.len());
    }
    // Serde's words for what JSON calls otherwise.
    for (theirs, ours) in [
        ("expected ident", "expected true, false or null"),
        ("invalid type: map", "invalid type: object"),
        ("invalid type: sequence", "invalid type: list"),
        ("invalid type: floating point", "invalid type: number"),
    ] {
        if let Some(rest) = text.strip_prefix(theirs) {
            text = format!("{ours}{rest}");
        }
    }
    text
}

/// A name out of a request as messages show it: short, without control characters.
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 64;
    let mut out: String = name
        .chars()
        .take(MOST)
        .flat_map(char::escape_debug)
        .collect();
    if name.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

struct State<'r> {
    request: &'r mut RequestJson,
    /// The field being read; empty outside of fields.
    at: String,
    /// The last text read.
    text: String,
    /// Why reading stopped, where serde's error does not say it.
    refusal: Option<RequestError>,
}

impl State<'_> {
    /// Stops reading: gives the error to return.
    fn refuse<E: Error>(&mut self, error: RequestError) -> E {
        self.refusal = Some(error);
        E::custom("refused")
    }

    /// Moves on to an item of the field's list or to a name in it.
    fn enter(&mut self, args: fmt::Arguments<'_>) {
        self.at.clear();
        // Writing to a string does not fail.
        let _ = self.at.write_fmt(args);
    }

    /// The last text as a value that has a closed list of names or a form.
    fn read<T, E: Error>(&mut self, value: Option<T>, expected: &str) -> Result<T, E> {
        value.ok_or_else(|| {
            let message = format!(
                "{} must be {expected}, not '{}'",
                self.at,
                shown(&self.text)
            );
            let at = self.at.clone();
            self.refuse(RequestError::at(codes::INVALID_FIELD, at, message))
        })
    }
}

const FIELDS: [&str; 16] = [
    "method",
    "scheme",
    "authority",
    "path",
    "headers",
    "gateway",
    "listener",
    "port",
    "sni",
    "protocol",
    "source_ip",
    "destination_ip",
    "client_namespace",
    "attributes",
    "random",
    "latin1",
];

struct RequestVisitor<'a, 'r> {
    state: &'a mut State<'r>,
}

impl<'de> DeserializeSeed<'de> for RequestVisitor<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RequestVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.state;
        let mut seen = 0u32;
        while map.next_key_seed(Text(&mut state.text))?.is_some() {
            let Some(index) = FIELDS.iter().position(|name| *name == state.text) else {
                let name = shown(&state.text);
                let message = format!("{name} is not a field of a request");
                return Err(state.refuse(RequestError::at(codes::UNKNOWN_FIELD, name, message)));
            };
            let name = FIELDS.get(index).copied().unwrap_or_default();
            if seen & (1 << index) != 0 {
                let message = format!("{name} is given twice");
                return Err(state.refuse(RequestError::at(codes::DUPLICATE_FIELD, name, message)));
            }
            seen |= 1 << index;
            state.enter(format_args!("{name}"));
            field(state, name, &mut map)?;
            state.at.clear();
        }
        Ok(())
    }
}

/// Reads the value of a field. Null is the same as absent.
fn field<'de, A: MapAccess<'de>>(
    state: &mut State<'_>,
    name: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    match name {
        "headers" => map.next_value_seed(Headers(state)),
        "attributes" => map.next_value_seed(Attributes(state)),
        "random" => map.next_value_seed(Random(state)),
        "port" => {
            if let Some(port) = map.next_value_seed(Nullable(Port))? {
                state.request.set_port(port);
            }
            Ok(())
        }
        "latin1" => {
            state
                .request
                .set_latin1(map.next_value::<Option<bool>>()?.unwrap_or(false));
            Ok(())
        }
        name => {
            if map
                .next_value_seed(Nullable(Text(&mut state.text)))?
                .is_some()
            {
                text_field(state, name)?;
            }
            Ok(())
        }
    }
}

/// Sets a field whose value is the last text.
fn text_field<E: Error>(state: &mut State<'_>, name: &str) -> Result<(), E> {
    match name {
        "method" => state.request.set_method(state.text.as_bytes()),
        "authority" => state.request.set_authority(state.text.as_bytes()),
        "path" => state.request.set_path(state.text.as_bytes()),
        "gateway" => state.request.set_gateway(&state.text),
        "listener" => state.request.set_listener(&state.text),
        "sni" => state.request.set_sni(&state.text),
        "client_namespace" => state.request.set_client_namespace(&state.text),
        "scheme" => {
            let scheme = match state.text.as_str() {
                "http" => Some(Scheme::Http),
                "https" => Some(Scheme::Https),
                _ => None,
            };
            let scheme = state.read(scheme, "http or https")?;
            state.request.set_scheme(scheme);
        }
        "protocol" => {
            let found = RequestProtocol::from_name(&state.text);
            let protocol = state.read(found, "http1, http2, http3, grpc, tls, tcp or udp")?;
            state.request.set_protocol(protocol);
        }
        "source_ip" => {
            let ip = address(state)?;
            state.request.set_source_ip(ip);
        }
        _ => {
            let ip = address(state)?;
            state.request.set_destination_ip(ip);
        }
    }
    Ok(())
}

fn address<E: Error>(state: &mut State<'_>) -> Result<IpAddr, E> {
    let ip = state.text.parse().ok();
    state.read(ip, "an IP address")
}

/// Reads a text into a buffer, in place of what it held.
struct Text<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(text);
        Ok(())
    }
}

/// A port's number.
struct Port;

impl<'de> DeserializeSeed<'de> for Port {
    type Value = u16;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u16, D::Error> {
        deserializer.deserialize_u16(self)
    }
}

impl Visitor<'_> for Port {
    type Value = u16;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer from 0 to 65535")
    }

    fn visit_i64<E: Error>(self, port: i64) -> Result<u16, E> {
        Err(E::invalid_value(Unexpected::Signed(port), &self))
    }

    fn visit_u64<E: Error>(self, port: u64) -> Result<u16, E> {
        let wrong = |_| E::invalid_value(Unexpected::Unsigned(port), &self);
        port.try_into().map_err(wrong)
    }
}

/// One number of a list of draws.
struct Draw;

impl<'de> DeserializeSeed<'de> for Draw {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_u64(self)
    }
}

impl Visitor<'_> for Draw {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer from 0 to 2^64 - 1")
    }

    fn visit_i64<E: Error>(self, draw: i64) -> Result<u64, E> {
        Err(E::invalid_value(Unexpected::Signed(draw), &self))
    }

    fn visit_u64<E: Error>(self, draw: u64) -> Result<u64, E> {
        Ok(draw)
    }
}

/// Reads null as `None` and everything else as the seed says.
struct Nullable<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Nullable<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Nullable<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// `[["name","value"],…]`, or `{"name":"value","other":["a","b"]}`.
struct Headers<'a, 'r>(&'a mut State<'r>);

impl<'de> DeserializeSeed<'de> for Headers<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Headers<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of pairs, or an object of strings or lists of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        let mut index = 0usize;
        loop {
            self.0.enter(format_args!("headers[{index}]"));
            if pairs.next_element_seed(Pair(self.0))?.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Text(&mut self.0.text))?.is_some() {
            let name = self.0.text.clone();
            self.0.enter(format_args!("headers.{}", shown(&name)));
            map.next_value_seed(Values {
                state: self.0,
                name: &name,
            })?;
        }
        Ok(())
    }
}

/// `["name","value"]`.
struct Pair<'a, 'r>(&'a mut State<'r>);

impl<'de> DeserializeSeed<'de> for Pair<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Pair<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pair of strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<(), A::Error> {
        if pair.next_element_seed(Text(&mut self.0.text))?.is_none() {
            return Err(A::Error::invalid_length(0, &self));
        }
        let name = self.0.text.clone();
        if pair.next_element_seed(Text(&mut self.0.text))?.is_none() {
            return Err(A::Error::invalid_length(1, &self));
        }
        let Self(state) = self;
        add_header(state, &name)?;
        let mut rest = String::new();
        if pair.next_element_seed(Text(&mut rest))?.is_some() {
            return Err(A::Error::invalid_length(3, &"a pair of strings"));
        }
        Ok(())
    }
}

/// A header's value, or a list of its values.
struct Values<'a, 'r> {
    state: &'a mut State<'r>,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Values<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.state.text.clear();
        self.state.text.push_str(text);
        add_header(self.state, self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values
            .next_element_seed(Text(&mut self.state.text))?
            .is_some()
        {
            add_header(self.state, self.name)?;
        }
        Ok(())
    }
}

/// Adds a header whose value is the last text.
fn add_header<E: Error>(state: &mut State<'_>, name: &str) -> Result<(), E> {
    let added = state
        .request
        .add_header(name.as_bytes(), state.text.as_bytes());
    added.map_err(|error| state.refuse(error))
}

/// `{"name":"value"}`.
struct Attributes<'a, 'r>(&'a mut State<'r>);

impl<'de> DeserializeSeed<'de> for Attributes<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Attributes<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(state) = self;
        while map.next_key_seed(Text(&mut state.text))?.is_some() {
            let name = state.text.clone();
            state.enter(format_args!("attributes.{}", shown(&name)));
            map.next_value_seed(Text(&mut state.text))?;
            let added = state.request.add_attribute(&name, &state.text);
            added.map_err(|error| state.refuse::<A::Error>(error))?;
        }
        Ok(())
    }
}

/// A number, or a list of numbers.
struct Random<'a, 'r>(&'a mut State<'r>);

impl<'de> DeserializeSeed<'de> for Random<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Random<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer from 0 to 2^64 - 1, or a list of them")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, draw: i64) -> Result<(), E> {
        Err(E::invalid_value(Unexpected::Signed(draw), &self))
    }

    fn visit_u64<E: Error>(self, draw: u64) -> Result<(), E> {
        self.0.request.set_fixed_draw(draw);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut draws: A) -> Result<(), A::Error> {
        let Self(state) = self;
        let mut index = 0usize;
        loop {
            state.enter(format_args!("random[{index}]"));
            let Some(draw) = draws.next_element_seed(Draw)? else {
                return Ok(());
            };
            let added = state.request.add_draw(draw);
            added.map_err(|error| state.refuse::<A::Error>(error))?;
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests;
