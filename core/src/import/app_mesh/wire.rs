//! Reading fields: the one place that knows the spellings of the three forms.
//!
//! # Why this shape
//!
//! The same objects come as Kubernetes resources (two versions), as the AWS API's
//! own JSON, and as CloudFormation properties (the API's names with a capital).
//! Their fields mean the same, so one reader walks all of them, and the form only
//! decides how a field is looked up. Reading is forgiving: what is of the wrong
//! type reads as absent, because the schema check reports it, and what is written
//! in a way that only looks like App Mesh (seen in articles and old manifests) is
//! read as what it means, with a warning.
//!
//! # Invariants
//!
//! 1. A coercion is reported exactly once: [`Reader::finish`] drops the schema's
//!    diagnostic for the same place.
//! 2. After an error the object is refused; other objects are not touched.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::{app_mesh as codes, schema as schema_codes};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::import::document::{Kind, Node};
use crate::import::schema::{self, Schema};
use crate::model::Origin;

/// In which spelling an object is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// `appmesh.k8s.aws/v1beta2`.
    V1Beta2,
    /// `appmesh.k8s.aws/v1beta1`.
    V1Beta1,
    /// The AWS API's JSON.
    Api,
    /// CloudFormation: the API's field names with a capital first letter.
    CloudFormation,
}

impl Form {
    /// Whether names are the names in AWS, without namespaces.
    pub(super) fn is_aws(self) -> bool {
        matches!(self, Self::Api | Self::CloudFormation)
    }
}

/// Reads one object and collects what there is to say about it.
pub(super) struct Reader {
    /// `GatewayRoute shop/cart`, the start of every message.
    pub(super) subject: String,
    /// The spelling.
    pub(super) form: Form,
    found: Vec<Diagnostic>,
    handled: BTreeSet<(Code, Origin)>,
}

impl Reader {
    /// A reader for the object that messages call `subject`.
    pub(super) fn new(subject: impl Into<String>, form: Form) -> Self {
        Self {
            subject: subject.into(),
            form,
            found: Vec::new(),
            handled: BTreeSet::new(),
        }
    }

    /// Checks the object against its schema, hands over everything found, and says
    /// whether the object is sound.
    pub(super) fn finish(
        self,
        node: Node<'_>,
        schema: Option<&Schema>,
        out: &mut Vec<Diagnostic>,
    ) -> bool {
        let mut faults = Vec::new();
        if let Some(schema) = schema {
            schema::validate(node, schema, &self.subject, &mut faults);
            faults.retain(|fault| !self.is_handled(fault));
        }
        faults.extend(self.found);
        let sound = !faults.iter().any(|fault| fault.severity == Severity::Error);
        out.append(&mut faults);
        sound
    }

    /// A field's value, in the form's spelling.
    pub(super) fn get<'d>(&self, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        node.get(&self.spelled(key))
    }

    /// [`Reader::get`] along several fields.
    pub(super) fn path<'d>(&self, node: Node<'d>, keys: &[&str]) -> Option<Node<'d>> {
        keys.iter().try_fold(node, |node, key| self.get(node, key))
    }

    /// The place of a field's name, for what is said about the field as a whole.
    pub(super) fn key_origin(&self, node: Node<'_>, key: &str) -> Origin {
        node.key(&self.spelled(key))
            .map_or_else(|| place(node), |key| key.origin())
    }

    /// A field that must be there. The schema check reports that it is missing; where
    /// there is no schema, as for templates, this does.
    pub(super) fn required<'d>(&mut self, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        let value = self.get(node, key);
        if value.is_none() && self.form == Form::CloudFormation {
            self.rule(place(node), &format!("{} is missing", self.spelled(key)));
        }
        value
    }

    /// A text field. A boolean or number is read as its text, with a warning: an
    /// unquoted `true` in YAML is seldom meant as one.
    pub(super) fn text(&mut self, node: Node<'_>, key: &str) -> Option<String> {
        let value = self.get(node, key)?;
        self.text_of(value, key)
    }

    /// [`Reader::text`] of a value already found; `key` is its field's name.
    pub(super) fn text_of(&mut self, value: Node<'_>, key: &str) -> Option<String> {
        if self.form == Form::CloudFormation {
            return intrinsic(value);
        }
        if let Some(text) = value.as_str() {
            return Some(text.to_string());
        }
        if !matches!(value.kind(), Kind::Bool | Kind::Int | Kind::Float) {
            return None;
        }
        let text = value.scalar_text()?;
        self.handled
            .insert((schema_codes::WRONG_TYPE, value.origin()));
        self.warn(
            codes::COERCED,
            value.origin(),
            &format!("{key} is read as the text \"{}\"", shorten(text)),
            Some("put it in quotes: the Kubernetes API refuses it as it stands"),
        );
        Some(text.to_string())
    }

    /// An integer field.
    pub(super) fn int(&self, node: Node<'_>, key: &str) -> Option<i64> {
        self.get(node, key)?.as_i64()
    }

    /// A port field; what is no port (0 included) reads as absent.
    pub(super) fn port(&self, node: Node<'_>, key: &str) -> Option<u16> {
        u16::try_from(self.int(node, key)?)
            .ok()
            .filter(|&port| port != 0)
    }

    /// A boolean field; absent is false.
    pub(super) fn flag(&self, node: Node<'_>, key: &str) -> bool {
        self.get(node, key).and_then(Node::as_bool).unwrap_or(false)
    }

    /// A field, or else one of the names it is mistaken for, with a warning.
    pub(super) fn alias<'d>(
        &mut self,
        node: Node<'d>,
        key: &str,
        mistaken: &[&str],
    ) -> Option<Node<'d>> {
        for wrong in mistaken {
            let Some(value) = self.mistaken(node, wrong, &format!("{key} is meant")) else {
                continue;
            };
            if self.get(node, key).is_none() {
                return Some(value);
            }
        }
        self.get(node, key)
    }

    /// A field that does not exist but has a clear meaning, taken with a warning.
    pub(super) fn mistaken<'d>(
        &mut self,
        node: Node<'d>,
        wrong: &str,
        meant: &str,
    ) -> Option<Node<'d>> {
        let value = self.get(node, wrong)?;
        let origin = self.key_origin(node, wrong);
        self.handled.insert((schema_codes::UNKNOWN_FIELD, origin));
        self.warn(
            codes::COERCED,
            origin,
            &format!("{wrong} is not a known field; {meant}"),
            None,
        );
        Some(value)
    }

    /// Keeps the schema check from reporting `code` at `origin`.
    pub(super) fn handle(&mut self, code: Code, origin: Origin) {
        self.handled.insert((code, origin));
    }

    /// Keeps the schema check from reporting that `node` lacks a field.
    pub(super) fn handle_missing(&mut self, node: Node<'_>, parent_key: Origin) {
        self.handled
            .insert((schema_codes::MISSING_FIELD, parent_key));
        self.handled
            .insert((schema_codes::MISSING_FIELD, place(node)));
    }

    /// An error by a rule of the admission webhook or the API.
    pub(super) fn rule(&mut self, origin: Origin, text: &str) {
        let message = format!("{}: {text}", self.subject);
        self.found
            .push(Diagnostic::error(codes::RULE, origin, message));
    }

    /// An error with a code of its own.
    pub(super) fn error(&mut self, code: Code, origin: Origin, text: &str, help: Option<&str>) {
        let message = format!("{}: {text}", self.subject);
        self.push(Diagnostic::error(code, origin, message), help);
    }

    /// A warning.
    pub(super) fn warn(&mut self, code: Code, origin: Origin, text: &str, help: Option<&str>) {
        let message = format!("{}: {text}", self.subject);
        self.push(Diagnostic::warning(code, origin, message), help);
    }

    /// A note.
    pub(super) fn note(&mut self, code: Code, origin: Origin, text: &str) {
        let message = format!("{}: {text}", self.subject);
        self.found.push(Diagnostic::note(code, origin, message));
    }

    fn push(&mut self, diagnostic: Diagnostic, help: Option<&str>) {
        self.found.push(match help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        });
    }

    fn is_handled(&self, fault: &Diagnostic) -> bool {
        fault
            .origin
            .is_some_and(|origin| self.handled.contains(&(fault.code, origin)))
    }

    fn spelled<'k>(&self, key: &'k str) -> Cow<'k, str> {
        if self.form != Form::CloudFormation {
            return Cow::Borrowed(key);
        }
        let mut letters = key.chars();
        match letters.next() {
            Some(first) => Cow::Owned(format!(
                "{}{}",
                first.to_ascii_uppercase(),
                letters.as_str()
            )),
            None => Cow::Borrowed(key),
        }
    }
}

/// Where to point for a value: a scalar itself, but of a list or mapping, which may
/// be long, its beginning.
pub(super) fn place(node: Node<'_>) -> Origin {
    match node.entries().next() {
        Some((key, _)) => key.origin(),
        None => node.origin(),
    }
}

/// The first characters of a text that may be very long.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}

/// A template's text, or the logical id that `{"Ref": id}`, `{"Fn::GetAtt": [id,
/// attribute]}` or `!GetAtt id.attribute` names: references are resolved by it.
fn intrinsic(value: Node<'_>) -> Option<String> {
    if let Some(id) = value.get("Ref") {
        return id.as_str().map(ToString::to_string);
    }
    let attribute = match value.get("Fn::GetAtt") {
        Some(attribute) if attribute.kind() == Kind::Seq => {
            return attribute.items().next()?.as_str().map(ToString::to_string);
        }
        Some(attribute) => attribute,
        None => value,
    };
    // The reader drops the tag of `!GetAtt`; no name of App Mesh ends like this.
    let text = attribute.scalar_text()?;
    let id = NAME_ATTRIBUTES
        .iter()
        .find_map(|attribute| text.strip_suffix(attribute)?.strip_suffix('.'));
    Some(id.unwrap_or(text).to_string())
}

/// The attributes of resources that give names.
const NAME_ATTRIBUTES: [&str; 5] = [
    "MeshName",
    "VirtualGatewayName",
    "VirtualNodeName",
    "VirtualRouterName",
    "VirtualServiceName",
];
