//! Fields from nodes: what every part of the importer reads with.
//!
//! A field that is there and cannot be read is never the same as one that is
//! absent: absence widens (every host, every listener), and a fault must not.
//! What decides where requests go is read with [`stated`], [`filled`] and
//! [`stated_port`], whose errors refuse what the field belongs to. [`text`] and
//! its like take a wrong type for absence; they are for fields of rules, in which
//! an error of the validator's answers 500, and for those that only describe.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::diagnostic::codes::gateway_api as codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::Object;
use crate::import::document::{Kind, Node};
use crate::model::{ObjectRef, Origin};

/// The group of the API's own kinds.
pub(super) const GROUP: &str = "gateway.networking.k8s.io";
/// The group of the API's kinds on trial.
pub(super) const TRIAL_GROUP: &str = "gateway.networking.x-k8s.io";

/// An object with its name taken apart.
#[derive(Clone, Copy)]
pub(super) struct Resource<'d> {
    /// The whole object.
    pub(super) node: Node<'d>,
    /// The group of its `apiVersion`; empty for the core group.
    pub(super) group: &'d str,
    pub(super) kind: &'d str,
    /// `default` where none is stated; empty for kinds outside of namespaces.
    pub(super) namespace: &'d str,
    pub(super) name: &'d str,
}

impl<'d> Resource<'d> {
    /// The object with defaults; `None` without a name.
    pub(super) fn new(object: &Object<'d>) -> Option<Self> {
        let Object {
            node, group, kind, ..
        } = *object;
        // SPEC: Kubernetes API conventions: a name may be left to the API server.
        let generated = || {
            node.path(&["metadata", "generateName"])
                .and_then(Node::as_str)
        };
        let name = Some(object.name)
            .filter(|name| !name.is_empty())
            .or_else(generated)?;
        let namespace = match (group, kind) {
            ("", "Namespace") | (GROUP, "GatewayClass") => "",
            // SPEC: `kubectl apply` without a namespace uses `default`.
            _ if object.namespace.is_empty() => "default",
            _ => object.namespace,
        };
        Some(Self {
            node,
            group,
            kind,
            namespace,
            name,
        })
    }

    /// Whether its name is its own: a generated one begins alike in many objects.
    pub(super) fn is_named(&self) -> bool {
        self.node.path(&["metadata", "name"]).is_some()
    }

    pub(super) fn object(&self) -> ObjectRef {
        ObjectRef::new(self.kind, self.namespace, self.name)
    }

    pub(super) fn spec(&self) -> Option<Node<'d>> {
        self.node.get("spec")
    }

    /// Where its name was written: the place of what concerns it as a whole.
    pub(super) fn origin(&self) -> Origin {
        self.node
            .path(&["metadata", "name"])
            .unwrap_or(self.node)
            .origin()
    }

    /// The order of equals.
    ///
    /// SPEC: semantics/gateway-api.md 3.2: whether `namespace/name` is compared
    /// as one text or as a pair is not stated; as a pair, as between routes.
    pub(super) fn sort_name(&self) -> (&'d str, &'d str) {
        (self.namespace, self.name)
    }

    /// Creation time in seconds since 1970.
    pub(super) fn created(&self, out: &mut Vec<Diagnostic>) -> Option<i64> {
        let node = self.node.path(&["metadata", "creationTimestamp"])?;
        let time = node.scalar_text().and_then(timestamp);
        if time.is_none() {
            let text = format!("{self}: metadata.creationTimestamp is not an RFC 3339 time");
            out.push(Diagnostic::warning(
                codes::CREATION_TIMESTAMP,
                node.origin(),
                text,
            ));
        }
        time
    }
}

impl fmt::Display for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// What is wrong with a thing, in Kubernetes' one word and in a clause.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Problem {
    /// A condition's reason: `BackendNotFound`.
    pub(super) reason: &'static str,
    /// A clause, without the object's name.
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }
}

/// Adds a warning that names the object and the field.
pub(super) fn warn(
    out: &mut Vec<Diagnostic>,
    code: Code,
    place: Node<'_>,
    subject: &Resource<'_>,
    message: impl fmt::Display,
) {
    let message = format!("{subject}: {message}");
    out.push(Diagnostic::warning(code, place.origin(), message));
}

/// Adds an error that names the object and the field.
pub(super) fn error(
    out: &mut Vec<Diagnostic>,
    code: Code,
    place: Node<'_>,
    subject: &Resource<'_>,
    message: impl fmt::Display,
) {
    let message = format!("{subject}: {message}");
    out.push(Diagnostic::error(code, place.origin(), message));
}

/// Adds a note that names the object and the field.
pub(super) fn note(
    out: &mut Vec<Diagnostic>,
    code: Code,
    place: Node<'_>,
    subject: &Resource<'_>,
    message: impl fmt::Display,
) {
    let message = format!("{subject}: {message}");
    out.push(Diagnostic::note(code, place.origin(), message));
}

/// A string field.
pub(super) fn text<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Node::as_str)
}

/// A string field, which may be empty; `None` where it is absent. The error says
/// what is wrong with it.
pub(super) fn stated<'d>(node: Node<'d>, key: &str) -> Result<Option<&'d str>, String> {
    let Some(field) = within(node, key)? else {
        return Ok(None);
    };
    let wrong = || format!("{key} must be a string, not {}", a_kind(field));
    field.as_str().map(Some).ok_or_else(wrong)
}

/// [`stated`], and an empty text is an error too.
///
/// SPEC: names, kinds and hostnames have at least one character in the schemas;
/// only a group may be empty.
pub(super) fn filled<'d>(node: Node<'d>, key: &str) -> Result<Option<&'d str>, String> {
    match stated(node, key)? {
        Some("") => Err(format!("{key} must not be empty")),
        text => Ok(text),
    }
}

/// A port, 1 to 65535; `None` where it is absent.
pub(super) fn stated_port(node: Node<'_>, key: &str) -> Result<Option<u16>, String> {
    match within(node, key)? {
        None => Ok(None),
        Some(_) => match port(node, key) {
            Some(port) => Ok(Some(port)),
            None => Err(format!("{key} must be a number from 1 to 65535")),
        },
    }
}

/// A field that is an object; `None` where it is absent.
pub(super) fn stated_map<'d>(node: Node<'d>, key: &str) -> Result<Option<Node<'d>>, String> {
    of_kind(node, key, Kind::Map, "an object")
}

/// A field that is a list; `None` where it is absent.
pub(super) fn stated_list<'d>(node: Node<'d>, key: &str) -> Result<Option<Node<'d>>, String> {
    of_kind(node, key, Kind::Seq, "a list")
}

fn of_kind<'d>(
    node: Node<'d>,
    key: &str,
    kind: Kind,
    says: &str,
) -> Result<Option<Node<'d>>, String> {
    match within(node, key)? {
        Some(field) if field.kind() != kind => {
            Err(format!("{key} must be {says}, not {}", a_kind(field)))
        }
        field => Ok(field),
    }
}

/// A field of what must be an object.
fn within<'d>(node: Node<'d>, key: &str) -> Result<Option<Node<'d>>, String> {
    if node.kind() == Kind::Map {
        Ok(node.get(key))
    } else {
        Err(format!("must be an object, not {}", a_kind(node)))
    }
}

/// A fault of a field under a path: `kind must be ...` gives `path.kind must be ...`.
pub(super) fn under(path: impl fmt::Display, fault: &str) -> String {
    if fault.starts_with("must be ") {
        format!("{path} {fault}")
    } else {
        format!("{path}.{fault}")
    }
}

/// What a node is, with an article.
pub(super) fn a_kind(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Int => "an integer",
        Kind::Float => "a number",
        Kind::Str => "a string",
        Kind::Seq => "a list",
        Kind::Map => "an object",
    }
}

/// A string field with a default.
pub(super) fn text_or<'d>(node: Node<'d>, key: &str, default: &'d str) -> &'d str {
    text(node, key).unwrap_or(default)
}

/// The items of a list field; nothing where it is absent.
pub(super) fn list<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    node.get(key).into_iter().flat_map(Node::items)
}

/// The strings of a list field.
pub(super) fn strings<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = &'d str> + use<'d> {
    list(node, key).filter_map(Node::as_str)
}

/// An integer field that fits.
pub(super) fn number<T: TryFrom<i64>>(node: Node<'_>, key: &str) -> Option<T> {
    node.get(key)
        .and_then(Node::as_i64)
        .and_then(|value| T::try_from(value).ok())
}

/// A port, 1 to 65535.
pub(super) fn port(node: Node<'_>, key: &str) -> Option<u16> {
    number(node, key).filter(|&port: &u16| port != 0)
}

/// The first `limit` items of the list in a field; says so where there are more.
/// The limit keeps steps that pair two lists from growing with the product of both.
pub(super) fn capped<'d>(
    owner: Option<Node<'d>>,
    key: &str,
    limit: usize,
    subject: &Resource<'_>,
    field: &str,
    out: &mut Vec<Diagnostic>,
) -> impl Iterator<Item = Node<'d>> + use<'d> {
    let list = owner.and_then(|owner| owner.get(key));
    if let Some(list) = list.filter(|list| list.items().len() > limit) {
        let count = list.items().len();
        let text = format!("{field} has {count} items, of which the first {limit} are used");
        // At the key, where the schema reports the length of a list.
        let place = owner.and_then(|owner| owner.key(key)).unwrap_or(list);
        error(out, codes::LIMIT, place, subject, text);
    }
    list.into_iter().flat_map(Node::items).take(limit)
}

/// Seconds since 1970 of an RFC 3339 time, fractions cut off.
pub(in crate::import) fn timestamp(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let byte = |at: usize| bytes.get(at).copied().map(|byte| byte.to_ascii_uppercase());
    if byte(4)? != b'-' || byte(7)? != b'-' || byte(13)? != b':' || byte(16)? != b':' {
        return None;
    }
    // RFC 3339 5.6 lets applications write a space for `T`.
    if !matches!(byte(10)?, b'T' | b' ') {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if end == 0 {
            return None;
        }
        rest = fraction.get(end..)?;
    }
    let offset = match rest.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2]
            if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) =>
        {
            let digit = |byte: &u8| i64::from(byte - b'0');
            let seconds = (digit(h1) * 10 + digit(h2)) * 3600 + (digit(m1) * 10 + digit(m2)) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn timestamps_are_seconds_since_1970() {
        assert_eq!(timestamp("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(timestamp("2020-09-08T01:02:03Z"), Some(1_599_526_923));
        assert_eq!(timestamp("2000-02-29T23:59:59Z"), Some(951_868_799));
        assert_eq!(timestamp("2020-09-08T03:02:03+02:00"), Some(1_599_526_923));
        assert_eq!(timestamp("2020-09-08T01:02:03.999Z"), Some(1_599_526_923));
        assert_eq!(timestamp("1969-12-31T23:59:59Z"), Some(-1));
    }

    #[test]
    fn what_is_no_rfc_3339_time_is_refused() {
        for text in [
            "",
            "2020-09-08",
            "2020-13-08T01:02:03Z",
            "2020-09-08T01:02:03",
            "é020-09-08T01:02:03Z",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }
}
