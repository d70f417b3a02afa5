//! Matches: what a rule asks of a request.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::import::schema::patterns::HEADER_NAME;
use crate::model::{HeaderMatch, PathMatch, QueryMatch, RepeatedValues, RouteMatch};

use super::reader::{Reader, entries, flag, is_broken, schema_of, several, text, texts};
use super::schema::paths::PATH;
use super::schema::values::{PARAMETER, VALUE};
use super::units::scheme;
use super::values::{Alone, Tested, text_of};

impl Reader<'_> {
    /// Reads a rule's matches; nothing where none of those that are written can be
    /// placed, so that a rule without them does not take every request.
    ///
    /// Of a match that cannot be read as a whole, the parts that can be read stay: the
    /// rule answers 500, and what the match takes does not fall to a broader rule.
    pub(super) fn matches(&mut self, rule: Node<'_>, rule_name: &str) -> Option<Vec<RouteMatch>> {
        let Some(node) = rule.get("match") else {
            return Some(Vec::new());
        };
        let mut left_out = Vec::new();
        let mut matches = Vec::new();
        for (index, node) in several(Some(node)).enumerate() {
            match self.route_match(node) {
                Some(one) => matches.push(one),
                None => left_out.push((index, node)),
            }
        }
        if matches.is_empty() {
            return None;
        }
        for (index, node) in left_out {
            let says = format!(
                "{rule_name}: it cannot be told which paths match[{index}] takes, and it is left out"
            );
            self.cost(codes::LEFT_OUT, node.origin(), &says);
        }
        Some(matches)
    }

    fn route_match(&mut self, node: Node<'_>) -> Option<RouteMatch> {
        if node.kind() != Kind::Map {
            return None;
        }
        let mut out = RouteMatch {
            origin: node.origin(),
            ..RouteMatch::default()
        };
        if let Some(path) = node.get("path") {
            out.path = self.whole(path, &PATH.schema, |reader| reader.path(path))?;
            out.path_origin = text_of(path).origin();
            out.path_ignore_case = flag(path, "ignore_case").unwrap_or(false);
            out.path_raw = flag(path, "raw").unwrap_or(false);
        }
        if is_broken(node) {
            return Some(out);
        }
        if let (Some(methods), Some(schema)) = (node.get("method"), schema_of("method"))
            && self.is_sound(methods, schema)
        {
            out.methods = texts(node, "method").map(ToString::to_string).collect();
        }
        out.scheme = text(node, "scheme").and_then(scheme);
        let headers = self.headers(node).into_iter();
        out.headers = headers
            .map(|(name, tested)| HeaderMatch {
                name,
                value: tested.value,
                ignore_case: tested.ignore_case,
                invert: tested.invert,
                missing_matches: tested.missing_matches,
                repeated: tested.repeated.unwrap_or(RepeatedValues::Joined),
                origin: tested.origin,
            })
            .collect();
        let query = self.query(node).into_iter();
        out.query = query
            .map(|(name, tested)| QueryMatch {
                name,
                value: tested.value,
                ignore_case: tested.ignore_case,
                invert: tested.invert,
                missing_matches: tested.missing_matches,
                repeated: tested.repeated.unwrap_or(RepeatedValues::First),
                raw: tested.raw,
                origin: tested.origin,
            })
            .collect();
        // A path of a gRPC method asks for a gRPC request unless it is said otherwise.
        let is_grpc = matches!(out.path, PathMatch::Grpc { .. });
        out.grpc_only = match node.get("grpc_only") {
            Some(only) => only.as_bool().unwrap_or(false),
            None => is_grpc,
        };
        self.shared(node, 0, &mut out.predicates);
        Some(out)
    }

    fn path(&mut self, node: Node<'_>) -> Option<PathMatch> {
        if let Some(template) = node.as_str() {
            return Some(template_or_exact(template));
        }
        let of_text: [(&str, OfText); 10] = [
            ("exact", PathMatch::Exact),
            ("segments", PathMatch::Segments),
            ("prefix", PathMatch::Prefix),
            ("suffix", PathMatch::Suffix),
            ("contains", PathMatch::Contains),
            ("glob", PathMatch::Glob),
            ("template", PathMatch::Template),
            ("regex", PathMatch::Regex),
            ("regex_start", PathMatch::RegexStart),
            ("regex_search", PathMatch::RegexSearch),
        ];
        for (key, make) in of_text {
            if let Some(text) = text(node, key) {
                return Some(make(text.to_string()));
            }
        }
        let grpc = node.get("grpc").filter(|grpc| grpc.kind() == Kind::Map)?;
        let mut name = |key: &str| match grpc.get(key) {
            // A name that cannot be read is not the same as none.
            Some(name) => self.test(name, Alone::Text).map(Some),
            None => Some(None),
        };
        Some(PathMatch::Grpc {
            service: name("service")?,
            method: name("method")?,
        })
    }

    /// Tests of headers, by name in lower case.
    pub(super) fn headers(&mut self, node: Node<'_>) -> Vec<(String, Tested)> {
        // By name, whether there are several.
        let mut seen: BTreeMap<String, bool> = BTreeMap::new();
        let mut headers = Vec::new();
        for (key, value) in entries(node, "headers") {
            let Some(name) = key.scalar_text().map(str::to_ascii_lowercase) else {
                continue;
            };
            if let Some(is_repeated) = seen.get_mut(&name) {
                *is_repeated = true;
                let says = format!("the header {name} is tested twice; put one test into all");
                self.error(codes::REPEATED_NAME, key, &says);
                continue;
            }
            seen.insert(name.clone(), false);
            let tested = self.whole(value, &VALUE.schema, |reader| {
                reader.tested(value, Alone::Text)
            });
            if (HEADER_NAME.matches)(&name) {
                headers.extend(tested.map(|tested| (name, tested)));
            }
        }
        // It is not known which of the two was meant.
        headers.retain(|(name, _)| seen.get(name) == Some(&false));
        headers
    }

    /// Tests of query parameters, by name.
    pub(super) fn query(&mut self, node: Node<'_>) -> Vec<(String, Tested)> {
        let tests = entries(node, "query").filter_map(|(key, value)| {
            let tested = self.whole(value, &PARAMETER.schema, |reader| {
                reader.tested(value, Alone::Text)
            });
            Some((key.scalar_text()?.to_string(), tested?))
        });
        tests.collect()
    }
}

/// Makes a path's test of its text.
type OfText = fn(String) -> PathMatch;

/// SPEC: docs/dialects/native.md: a text alone is a template, and a template without
/// holes takes exactly one path.
fn template_or_exact(text: &str) -> PathMatch {
    match text.contains(['{', '}', '*']) {
        true => PathMatch::Template(text.to_string()),
        false => PathMatch::Exact(text.to_string()),
    }
}
