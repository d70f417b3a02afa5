//! Reading a request from JSON, strictly and without an intermediate tree.
//!
//! serde_json drives visitors that put each value where it belongs. Serde's
//! errors carry text only, so the visitors keep in a shared [`State`] which
//! field they are at, and leave there a [`RequestError`] that is already worded.
//!
//! No visitor descends into a value it did not ask for, so nesting is bounded by
//! the form of a request.

use alloc::format;
use alloc::string::String;
use core::fmt::{self, Write as _};
use core::net::IpAddr;

use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
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
    Err(match (refusal, error.classify()) {
        (Some(refusal), _) => refusal,
        (None, Category::Data) if at.is_empty() => RequestError::new(
            codes::INVALID_REQUEST,
            format!("the request has an {error}"),
        ),
        (None, Category::Data) => {
            let message = format!("{at} has an {error}");
            RequestError::at(codes::INVALID_FIELD, at, message)
        }
        (None, _) => RequestError::new(
            codes::INVALID_JSON,
            format!("the line is not valid JSON: {error}"),
        ),
    })
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
            if let Some(port) = map.next_value()? {
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
            let protocol = state.read(found, "http1, http2, grpc, tls, tcp or udp")?;
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

    fn visit_u64<E: Error>(self, draw: u64) -> Result<(), E> {
        self.0.request.set_fixed_draw(draw);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut draws: A) -> Result<(), A::Error> {
        let Self(state) = self;
        let mut index = 0usize;
        loop {
            state.enter(format_args!("random[{index}]"));
            let Some(draw) = draws.next_element()? else {
                return Ok(());
            };
            let added = state.request.add_draw(draw);
            added.map_err(|error| state.refuse::<A::Error>(error))?;
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    fn parsed(json: &str) -> RequestJson {
        let mut request = RequestJson::new();
        request.parse(json.as_bytes()).unwrap();
        request
    }

    fn error(json: &[u8]) -> (String, String) {
        let error = RequestJson::new().parse(json).unwrap_err();
        (
            error.code().to_string(),
            error.field().unwrap_or_default().to_string(),
        )
    }

    fn refused(json: &str, code: &str, field: &str) {
        assert_eq!(
            error(json.as_bytes()),
            (code.to_string(), field.to_string()),
            "{json}"
        );
    }

    #[test]
    fn every_field_of_the_contract_is_read() {
        let request = parsed(
            r#"{"method":"POST","scheme":"https","authority":"shop.example:8443","path":"/cart?x=1",
            "headers":[["x-env","canary"],["cookie","a=b"]],
            "gateway":"infra/public","listener":"https","port":8443,"sni":"shop.example",
            "protocol":"http2","source_ip":"10.0.0.7","destination_ip":"::1",
            "client_namespace":"team-a","attributes":{"jwt.sub":"u1"},"random":18446744073709551615}"#,
        );
        assert_eq!(request.method(), b"POST");
        assert_eq!(request.scheme(), Scheme::Https);
        assert_eq!(request.authority(), Some(&b"shop.example:8443"[..]));
        assert_eq!(request.path(), b"/cart?x=1");
        let headers: Vec<_> = request.headers().collect();
        assert_eq!(
            headers,
            [
                (&b"x-env"[..], &b"canary"[..]),
                (&b"cookie"[..], &b"a=b"[..])
            ]
        );
        assert_eq!(request.gateway(), Some("infra/public"));
        assert_eq!(request.listener(), Some("https"));
        assert_eq!(request.port(), Some(8443));
        assert_eq!(request.sni(), Some("shop.example"));
        assert_eq!(request.protocol(), RequestProtocol::Http2);
        assert_eq!(request.source_ip(), "10.0.0.7".parse().ok());
        assert_eq!(request.destination_ip(), "::1".parse().ok());
        assert_eq!(request.client_namespace(), Some("team-a"));
        assert_eq!(request.attributes().next(), Some(("jwt.sub", "u1")));
        assert_eq!(request.fixed_draw(), Some(u64::MAX));
    }

    #[test]
    fn absent_null_and_default_are_the_same() {
        let request = parsed(
            r#"{"path":"/","method":null,"scheme":null,"authority":null,"headers":null,"port":null,
            "attributes":null,"random":null,"latin1":null,"protocol":null,"source_ip":null}"#,
        );
        assert_eq!(request.method(), b"GET");
        assert_eq!(request.scheme(), Scheme::Http);
        assert_eq!(request.authority(), None);
        assert_eq!(request.protocol(), RequestProtocol::Http1);
        assert_eq!(request.port(), None);
        assert!(request.draws().is_empty());
    }

    #[test]
    fn headers_may_be_an_object_and_keep_its_order() {
        let request = parsed(r#"{"path":"/","headers":{"z":"1","a":["2","3"],"z":"4"}}"#);
        let headers: Vec<_> = request.headers().collect();
        let expected: [(&[u8], &[u8]); 4] =
            [(b"z", b"1"), (b"a", b"2"), (b"a", b"3"), (b"z", b"4")];
        assert_eq!(headers, expected);
    }

    #[test]
    fn random_may_be_a_list() {
        let request = parsed(r#"{"path":"/","random":[1,2,3]}"#);
        assert_eq!(
            (request.fixed_draw(), request.draws()),
            (None, &[1, 2, 3][..])
        );
    }

    #[test]
    fn what_is_no_request_is_named() {
        refused("[]", "FP1201", "");
        refused("7", "FP1201", "");
        refused("", "FP1202", "");
        refused("{", "FP1202", "");
        refused(r#"{"path":"/"} x"#, "FP1202", "");
        assert_eq!(error(b"{\"path\":\"/\xff\"}").0, "FP1202");
        refused(r#"{"path":"\ud800"}"#, "FP1202", "");
    }

    #[test]
    fn a_wrong_field_is_named_with_its_place() {
        refused(r#"{"path":7}"#, "FP1203", "path");
        refused(r#"{"path":["/"]}"#, "FP1203", "path");
        refused(r#"{"method":{"a":[[[]]]}}"#, "FP1203", "method");
        refused(r#"{"path":"/","method":""}"#, "FP1203", "method");
        refused(r#"{"path":"/","method":"G T"}"#, "FP1203", "method");
        refused(r#"{"scheme":"ftp"}"#, "FP1203", "scheme");
        refused(r#"{"scheme":"HTTP"}"#, "FP1203", "scheme");
        refused(r#"{"protocol":"http3"}"#, "FP1203", "protocol");
        refused(r#"{"port":70000}"#, "FP1203", "port");
        refused(r#"{"port":"80"}"#, "FP1203", "port");
        refused(r#"{"port":-1}"#, "FP1203", "port");
        refused(r#"{"source_ip":"10.0.0"}"#, "FP1203", "source_ip");
        refused(r#"{"destination_ip":"x"}"#, "FP1203", "destination_ip");
        refused(r#"{"latin1":1}"#, "FP1203", "latin1");
        refused(r#"{"headers":"a: b"}"#, "FP1203", "headers");
        refused(
            r#"{"headers":[["a","b"],["c","d"],["e"]]}"#,
            "FP1203",
            "headers[2]",
        );
        refused(r#"{"headers":[["a","b","c"]]}"#, "FP1203", "headers[0]");
        refused(r#"{"headers":[["a",1]]}"#, "FP1203", "headers[0]");
        refused(r#"{"headers":[{"a":"b"}]}"#, "FP1203", "headers[0]");
        refused(r#"{"headers":{"a":1}}"#, "FP1203", "headers.a");
        refused(r#"{"headers":{"a":[1]}}"#, "FP1203", "headers.a");
        refused(r#"{"attributes":{"a":1}}"#, "FP1203", "attributes.a");
        refused(r#"{"attributes":[]}"#, "FP1203", "attributes");
        refused(r#"{"random":-1}"#, "FP1203", "random");
        refused(r#"{"random":1.5}"#, "FP1203", "random");
        refused(r#"{"random":18446744073709551616}"#, "FP1203", "random");
        refused(r#"{"random":[1,"2"]}"#, "FP1203", "random[1]");
    }

    #[test]
    fn an_unknown_or_repeated_field_is_named() {
        refused(r#"{"path":"/","Path":"/"}"#, "FP1204", "Path");
        refused(r#"{"host":"a"}"#, "FP1204", "host");
        refused(r#"{"path":"/","path":"/b"}"#, "FP1205", "path");
        refused(r#"{"path":null,"path":"/b"}"#, "FP1205", "path");
        refused(
            r#"{"attributes":{"a":"1","a":"2"}}"#,
            "FP1205",
            "attributes.a",
        );
    }

    #[test]
    fn deep_nesting_is_refused_without_descending() {
        let deep = "[".repeat(100_000);
        refused(&format!("{{\"headers\":{deep}"), "FP1203", "headers[0]");
        refused(&format!("{{\"x\":{deep}"), "FP1204", "x");
        refused(&deep, "FP1201", "");
    }

    #[test]
    fn a_hostile_field_name_is_shown_short_and_harmless() {
        let json = format!("{{\"\\u001b[31m{}\":1}}", "a".repeat(1000));
        let field = error(json.as_bytes()).1;
        assert!(
            field.starts_with("\\u{1b}[31m") && field.len() < 100,
            "{field}"
        );
    }
}
