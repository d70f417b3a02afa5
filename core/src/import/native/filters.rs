//! Filters: what is done to a request and its response.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::diagnostic::codes::native as codes;
use crate::import::document::{Kind, Node};
use crate::import::gateway_api::origin;
use crate::model::{CorsOrigin, CorsPolicy, Fault, Filter, Format, HeaderEdit, HeaderVerb};

use super::reader::{Reader, flag, number, several, texts};
use super::units::duration_ms;
use super::values::Alone;

/// The edits of headers, in the order in which an object's are made.
const VERBS: [HeaderVerb; 6] = [
    HeaderVerb::Set,
    HeaderVerb::Add,
    HeaderVerb::Append,
    HeaderVerb::SetIfAbsent,
    HeaderVerb::SetIfPresent,
    HeaderVerb::Remove,
];

/// The fields that are filters, in the order in which those beside each other stand.
const KINDS: [&str; 8] = [
    "cors",
    "fault",
    "request_headers",
    "rewrite",
    "mirror",
    "mirrors",
    "response_headers",
    "redirect",
];

impl Reader<'_> {
    /// The filters of a rule, or of a backend.
    pub(super) fn filters(&mut self, node: Node<'_>, on_backend: bool) -> Vec<Filter> {
        let mut filters = Vec::new();
        // SPEC: docs/dialects/native.md: a fixed order, since the fields of an object
        // have none.
        for key in KINDS.iter().filter(|key| **key != "redirect") {
            self.filter(node, key, &mut filters);
        }
        for item in several(node.get("filters")) {
            if !on_backend && let Some(key) = item.key("redirect") {
                let says = "redirect is a filter of backends; a rule's redirect is its action";
                self.error(codes::MISPLACED, key, says);
                continue;
            }
            for key in KINDS {
                self.filter(item, key, &mut filters);
            }
        }
        filters
    }

    fn filter(&mut self, node: Node<'_>, key: &str, out: &mut Vec<Filter>) {
        let Some(value) = node.get(key) else { return };
        out.push(match key {
            "cors" => Filter::Cors(self.cors(value)),
            "fault" => Filter::Fault(self.fault(value)),
            "request_headers" => Filter::RequestHeaders(self.edits(value)),
            "response_headers" => Filter::ResponseHeaders(self.edits(value)),
            "rewrite" => Filter::Rewrite(self.rewrite(value)),
            "redirect" => Filter::Redirect(self.redirect(value)),
            _ => {
                let mirrors = several(Some(value)).map(|node| Filter::Mirror(self.mirror(node)));
                return out.extend(mirrors);
            }
        });
    }

    fn edits(&mut self, node: Node<'_>) -> Vec<HeaderEdit> {
        let mut edits = Vec::new();
        for node in several(Some(node)) {
            for verb in VERBS {
                let Some(value) = node.get(verb.as_str()) else {
                    continue;
                };
                for name in several(Some(value)).filter_map(Node::as_str) {
                    edits.push(HeaderEdit {
                        verb,
                        name: name.to_ascii_lowercase(),
                        value: Format::default(),
                    });
                }
                for (name, value) in value.entries() {
                    for value in several(Some(value)) {
                        edits.push(HeaderEdit {
                            verb,
                            name: name.scalar_text().unwrap_or("").to_ascii_lowercase(),
                            value: self.format(value),
                        });
                    }
                }
            }
        }
        edits
    }

    fn fault(&mut self, node: Node<'_>) -> Fault {
        let mut fault = Fault::default();
        if let Some(delay) = node.get("delay") {
            fault.delay_ms = duration_ms(delay, "duration");
            fault.delay_ppm = self.ppm(delay.get("fraction"));
        }
        if let Some(abort) = node.get("abort") {
            fault.abort_status = number(abort, "status");
            fault.abort_grpc_status = number(abort, "grpc_status");
            fault.abort_ppm = self.ppm(abort.get("fraction"));
            let has = |key: &str| abort.key(key).is_some();
            if abort.kind() == Kind::Map && !has("status") && !has("grpc_status") {
                let says = "abort has neither status nor grpc_status";
                self.error(codes::INVALID_VALUE, abort, says);
            }
        }
        fault
    }

    fn cors(&mut self, node: Node<'_>) -> CorsPolicy {
        let all = |key: &str| texts(node, key).map(ToString::to_string).collect();
        let origins = several(node.get("allow_origins"));
        CorsPolicy {
            allow_origins: origins.filter_map(|node| self.cors_origin(node)).collect(),
            allow_methods: all("allow_methods"),
            allow_headers: all("allow_headers"),
            expose_headers: all("expose_headers"),
            allow_credentials: flag(node, "allow_credentials").unwrap_or(false),
            max_age_s: self.max_age_s(node),
        }
    }

    fn max_age_s(&mut self, node: Node<'_>) -> Option<u32> {
        let ms = duration_ms(node, "max_age")?;
        let seconds = u32::try_from(ms / 1_000).ok();
        match seconds.filter(|_| ms % 1_000 == 0) {
            Some(seconds) => Some(seconds),
            None => {
                let says = "max_age is counted in whole seconds, of which there is a most";
                self.error(
                    codes::INVALID_VALUE,
                    node.get("max_age").unwrap_or(node),
                    says,
                );
                None
            }
        }
    }

    fn cors_origin(&mut self, node: Node<'_>) -> Option<CorsOrigin> {
        if node.kind() == Kind::Map {
            return self.test(node, Alone::Text).map(CorsOrigin::Value);
        }
        let text = node.as_str()?;
        let origin = origin(text);
        if origin.is_none() {
            let says = format!(
                "'{text}' is no origin such as https://shop.example, https://*.shop.example or *"
            );
            self.error(codes::INVALID_VALUE, node, &says);
        }
        origin
    }
}
