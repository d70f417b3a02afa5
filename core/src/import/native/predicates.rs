//! Predicates: tests of facts, and AND, OR and NOT of them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::Node;
use crate::model::{Fact, FactMatch, Predicate, PredicateKind, RepeatedValues, ValueMatch};

use super::reader::{Reader, entries, flag, items, schema_of, text, texts};
use super::schema::matches::PREDICATE;
use super::schema::values::{PORT_VALUE, VALUE, VERSION_VALUE};
use super::values::{Alone, Tested};

/// Facts without a name of their own, by the field that tests them.
const PLAIN: [(&str, Fact, Alone); 13] = [
    ("host", Fact::Host, Alone::Text),
    ("authority", Fact::Authority, Alone::Text),
    ("authority_port", Fact::AuthorityPort, Alone::Text),
    ("port", Fact::Port, Alone::Text),
    ("version", Fact::Version, Alone::Text),
    ("raw_path", Fact::RawPath, Alone::Text),
    ("raw_query", Fact::RawQuery, Alone::Text),
    ("source_ip", Fact::SourceIp, Alone::Address),
    ("destination_ip", Fact::DestinationIp, Alone::Address),
    ("sni", Fact::Sni, Alone::Text),
    ("client_namespace", Fact::ClientNamespace, Alone::Text),
    ("grpc_service", Fact::GrpcService, Alone::Text),
    ("grpc_method", Fact::GrpcMethod, Alone::Text),
];

/// How deep `all`, `any` and `not` are read.
const DEPTH: u8 = Predicate::MAX_DEPTH;

impl Reader<'_> {
    /// Reads what matches (`depth` 0) and predicates say alike, all of which must hold.
    /// What has an error in it is left out of a match as a whole; within predicates it
    /// need not be, since the predicate is.
    pub(super) fn shared(&mut self, node: Node<'_>, depth: u8, out: &mut Vec<Predicate>) {
        self.named(node, "cookies", Fact::Cookie, out);
        self.named(node, "attributes", Fact::Attribute, out);
        for (key, fact, alone) in PLAIN {
            let tested = self.part(node, key, 0, |reader, value| {
                let tested = reader.tested(value, alone)?;
                reader.check_number(value, &fact, &tested);
                Some(tested)
            });
            out.extend(tested.map(|tested| tested.of(fact, RepeatedValues::Any).into()));
        }
        out.extend(self.part(node, "fraction", depth, |reader, share| {
            let (numerator, denominator) = reader.fraction(Some(share));
            Some(Predicate::fraction(numerator, denominator))
        }));
        for item in items(node, "all") {
            out.extend(match depth {
                0 => self.whole(item, &PREDICATE.schema, |reader| reader.nested(item, depth)),
                _ => self.nested(item, depth),
            });
        }
        out.extend(self.part(node, "any", depth, |reader, any| {
            let items = any.items();
            let parts = items.filter_map(|item| reader.nested(item, depth));
            Some(Predicate::any(parts.collect::<Vec<_>>()))
        }));
        out.extend(self.part(node, "not", depth, |reader, part| {
            reader.nested(part, depth).map(Predicate::negated)
        }));
    }

    /// A field; as a whole or not at all where it is a match's own.
    fn part<'d, T>(
        &mut self,
        node: Node<'d>,
        key: &str,
        depth: u8,
        read: impl FnOnce(&mut Self, Node<'d>) -> Option<T>,
    ) -> Option<T> {
        let value = node.get(key)?;
        match schema_of(key).filter(|_| depth == 0) {
            Some(schema) => self.whole(value, schema, |reader| read(reader, value)),
            None => read(self, value),
        }
    }

    /// Warns of a port or version that no request has.
    fn check_number(&mut self, node: Node<'_>, fact: &Fact, tested: &Tested) {
        let (schema, most, what) = match fact {
            Fact::Port | Fact::AuthorityPort => (&PORT_VALUE, 65_535, "a port from 1 to 65535"),
            Fact::Version => (&VERSION_VALUE, 3, "an HTTP version: 1, 2 or 3"),
            _ => return,
        };
        let texts = match &tested.value {
            ValueMatch::Exact(text) => core::slice::from_ref(text),
            ValueMatch::In(texts) => texts,
            _ => return,
        };
        let is_one = |text: &String| {
            let number = text
                .parse()
                .is_ok_and(|number: u16| (1..=most).contains(&number));
            number && !text.starts_with(['0', '+'])
        };
        // What has not the shape was reported with the document's.
        if let Some(text) = texts.iter().find(|text| !is_one(text))
            && self.is_sound(node, &schema.schema)
        {
            let says = format!("'{text}' is not {what}, and no request has it");
            self.warn(codes::INVALID_VALUE, node, &says);
        }
    }

    /// Tests of facts that have names.
    fn named(
        &mut self,
        node: Node<'_>,
        key: &str,
        fact: fn(String) -> Fact,
        out: &mut Vec<Predicate>,
    ) {
        for (name, value) in entries(node, key) {
            let tested = self.whole(value, &VALUE.schema, |reader| {
                reader.tested(value, Alone::Text)
            });
            if let (Some(name), Some(tested)) = (name.scalar_text(), tested) {
                let fact = fact(name.to_string());
                out.push(tested.of(fact, RepeatedValues::Any).into());
            }
        }
    }

    /// A predicate within another.
    fn nested(&mut self, node: Node<'_>, depth: u8) -> Option<Predicate> {
        let found = match depth < DEPTH {
            true => Some(self.predicate(node, depth + 1)),
            false => None,
        };
        let found = found.filter(|found| found.kind() != PredicateKind::TooDeep);
        if found.is_none() {
            let says = format!("predicates nest deeper than {DEPTH}");
            self.error(codes::TOO_DEEP, node, &says);
        }
        found
    }

    /// Everything that an item of `all` or `any` says.
    fn predicate(&mut self, node: Node<'_>, depth: u8) -> Predicate {
        let mut parts = Vec::new();
        if let Some(path) = node.get("path") {
            parts.extend(self.path_value(path));
        }
        let methods: Vec<String> = texts(node, "method").map(ToString::to_string).collect();
        match <[String; 1]>::try_from(methods) {
            Ok([method]) => parts.push(is(Fact::Method, method)),
            Err(methods) if methods.is_empty() => {}
            Err(methods) => {
                let test = FactMatch::new(Fact::Method, ValueMatch::In(methods));
                parts.push(test.into());
            }
        }
        if let Some(scheme) = text(node, "scheme") {
            parts.push(is(Fact::Scheme, scheme.to_string()));
        }
        for (name, tested) in self.headers(node) {
            parts.push(tested.of(Fact::Header(name), RepeatedValues::Joined).into());
        }
        for (name, tested) in self.query(node) {
            let fact = match tested.raw {
                true => Fact::RawQueryParameter(name),
                false => Fact::Query(name),
            };
            parts.push(tested.of(fact, RepeatedValues::First).into());
        }
        if flag(node, "grpc_only") == Some(true) {
            parts.push(FactMatch::new(Fact::Grpc, ValueMatch::Present).into());
        }
        self.shared(node, depth, &mut parts);
        match <[Predicate; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(parts) => Predicate::all(parts),
        }
    }

    /// A test of the path, here as a value: `segments` is the path itself or what
    /// begins with it and a slash.
    fn path_value(&mut self, node: Node<'_>) -> Option<Predicate> {
        let Some(segments) = text(node, "segments") else {
            let tested = self.tested(node, Alone::Text)?;
            return Some(tested.of(Fact::Path, RepeatedValues::Any).into());
        };
        // SPEC: `PathMatch::Segments`: one slash at its end does not count.
        let root = segments.strip_suffix('/').unwrap_or(segments);
        let test = |value: ValueMatch| {
            let mut test = FactMatch::new(Fact::Path, value);
            test.ignore_case = flag(node, "ignore_case").unwrap_or(false);
            test.origin = node.origin();
            Predicate::fact(test)
        };
        let below = test(ValueMatch::Prefix(format!("{root}/")));
        let found = match root {
            "" => below,
            root => Predicate::any([test(ValueMatch::Exact(root.to_string())), below]),
        };
        Some(match flag(node, "invert") {
            Some(true) => Predicate::negated(found),
            _ => found,
        })
    }
}

fn is(fact: Fact, text: String) -> Predicate {
    FactMatch::new(fact, ValueMatch::Exact(text)).into()
}
