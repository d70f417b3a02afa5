//! Reading fields: the one place that knows the spellings of the three forms.
//!
//! # Why this shape
//!
//! The same objects come as Kubernetes resources (two versions), as the AWS API's
//! own JSON, and as CloudFormation properties (the API's names with a capital).
//! Their fields mean the same, so one reader walks all of them, and the form only
//! decides how a field is looked up. Reading is forgiving: what is written in a way
//! that only looks like App Mesh (seen in articles and old manifests) is read as what
//! it means, with a warning.
//!
//! # Invariants
//!
//! 1. A coercion is reported exactly once: [`Reader::finish`] drops the schema's
//!    diagnostic for the same place.
//! 2. After an error the object is refused; other objects are not touched. A part that
//!    is settled on its own ([`Reader::finish_part`]) costs only itself.
//! 3. A field that is there and cannot be read is never the same as one that is absent:
//!    it is an error, of the schema check or, where a form has no schema or the field
//!    is not in it, of the reader.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::{app_mesh as codes, schema as schema_codes};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::import::document::{Kind, Node};
use crate::import::schema::{self, Path, Schema};
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
    /// Fields that cannot be read. Told where the schema check does not tell of them.
    unread: Vec<Diagnostic>,
    /// What was said of parts that are settled already.
    parts: Vec<Diagnostic>,
}

/// Where a part of an object began, given by [`Reader::begin_part`].
pub(super) struct Mark {
    found: usize,
    unread: usize,
}

impl Reader {
    /// A reader for the object that messages call `subject`.
    pub(super) fn new(subject: impl Into<String>, form: Form) -> Self {
        Self {
            subject: subject.into(),
            form,
            found: Vec::new(),
            handled: BTreeSet::new(),
            unread: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Checks the object against its schema, hands over everything found, and says
    /// whether the object is sound.
    pub(super) fn finish(
        mut self,
        node: Node<'_>,
        schema: Option<&Schema>,
        out: &mut Vec<Diagnostic>,
    ) -> bool {
        let (found, unread) = (
            core::mem::take(&mut self.found),
            core::mem::take(&mut self.unread),
        );
        out.append(&mut self.parts);
        let (mut faults, sound) = self.settle(node, schema, &Path::ROOT, found, unread);
        out.append(&mut faults);
        sound
    }

    /// Begins a part of the object that is settled on its own, such as one route of
    /// several.
    pub(super) fn begin_part(&self) -> Mark {
        Mark {
            found: self.found.len(),
            unread: self.unread.len(),
        }
    }

    /// Checks a part against its schema and says whether it is sound. Its errors do not
    /// refuse the object; `help` tells what they do.
    pub(super) fn finish_part(
        &mut self,
        mark: &Mark,
        node: Node<'_>,
        schema: Option<&Schema>,
        path: &Path<'_>,
        help: &str,
    ) -> bool {
        let found = self.found.split_off(mark.found.min(self.found.len()));
        let unread = self.unread.split_off(mark.unread.min(self.unread.len()));
        let (mut faults, sound) = self.settle(node, schema, path, found, unread);
        for fault in &mut faults {
            if fault.severity == Severity::Error && fault.help.is_none() {
                fault.help = Some(help.to_string());
            }
        }
        self.parts.append(&mut faults);
        sound
    }

    /// Puts together what is said of an object or a part of it, and whether it is sound.
    fn settle(
        &self,
        node: Node<'_>,
        schema: Option<&Schema>,
        path: &Path<'_>,
        found: Vec<Diagnostic>,
        unread: Vec<Diagnostic>,
    ) -> (Vec<Diagnostic>, bool) {
        let mut faults = Vec::new();
        if let Some(schema) = schema {
            schema::validate_at(node, schema, &self.subject, path, &mut faults);
            faults.retain(|fault| !self.is_handled(fault));
        }
        faults.extend(found);
        let is_error = |fault: &Diagnostic| fault.severity == Severity::Error;
        // A schema tells of everything it knows, in better words.
        if schema.is_none() || !faults.iter().any(is_error) {
            let mut told: BTreeSet<_> = faults
                .iter()
                .filter(|fault| is_error(fault))
                .map(|fault| fault.origin)
                .collect();
            faults.extend(unread.into_iter().filter(|fault| told.insert(fault.origin)));
        }
        let sound = !faults.iter().any(is_error);
        (faults, sound)
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
            let text = intrinsic(value);
            if text.is_none() {
                self.unread(value, key, "a string");
            }
            return text;
        }
        if let Some(text) = value.as_str() {
            return Some(text.to_string());
        }
        if !matches!(value.kind(), Kind::Bool | Kind::Int | Kind::Float) {
            self.unread(value, key, "a string");
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

    /// A field that must hold a mapping, if it is there.
    pub(super) fn map<'d>(&mut self, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        let value = self.get(node, key)?;
        self.expect_map(value, key);
        Some(value)
    }

    /// A field that must hold a list, if it is there.
    pub(super) fn list<'d>(&mut self, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        let value = self.get(node, key)?;
        self.expect_list(value, key);
        Some(value)
    }

    /// Notes a value that is no mapping.
    pub(super) fn expect_map(&mut self, value: Node<'_>, key: &str) {
        if value.kind() != Kind::Map {
            self.unread(value, key, "a mapping");
        }
    }

    /// Notes a value that is no list.
    pub(super) fn expect_list(&mut self, value: Node<'_>, key: &str) {
        if value.kind() != Kind::Seq {
            self.unread(value, key, "a list");
        }
    }

    /// An integer field. A template may write it as text.
    pub(super) fn int(&mut self, node: Node<'_>, key: &str) -> Option<i64> {
        let value = self.get(node, key)?;
        let written = match self.form {
            Form::CloudFormation => value.as_str().and_then(|text| text.parse().ok()),
            _ => None,
        };
        let number = value.as_i64().or(written);
        if number.is_none() {
            self.unread(value, key, "a number");
        }
        number
    }

    /// A port field.
    ///
    /// SPEC: 1 to 65535 (API PortNumber); the CRD lets more pass.
    pub(super) fn port(&mut self, node: Node<'_>, key: &str) -> Option<u16> {
        let number = self.int(node, key)?;
        let port = u16::try_from(number).ok().filter(|&port| port != 0);
        if let (None, Some(value)) = (port, self.get(node, key)) {
            self.unread(value, key, "between 1 and 65535");
        }
        port
    }

    /// A boolean field; absent is false.
    pub(super) fn flag(&mut self, node: Node<'_>, key: &str) -> bool {
        let Some(value) = self.get(node, key) else {
            return false;
        };
        self.flag_of(value, key).unwrap_or(false)
    }

    /// [`Reader::flag`] of a value already found.
    pub(super) fn flag_of(&mut self, value: Node<'_>, key: &str) -> Option<bool> {
        let written = match (self.form, value.as_str()) {
            (Form::CloudFormation, Some("true")) => Some(true),
            (Form::CloudFormation, Some("false")) => Some(false),
            _ => None,
        };
        let flag = value.as_bool().or(written);
        if flag.is_none() {
            self.unread(value, key, "a boolean");
        }
        flag
    }

    /// Notes that a value is there and cannot be read as what it must be.
    pub(super) fn unread(&mut self, value: Node<'_>, key: &str, wanted: &str) {
        let key = self.spelled(key);
        let message = match self.form {
            Form::CloudFormation => format!(
                "{}: {key} must be {wanted}; functions of a template are not evaluated",
                self.subject
            ),
            _ => format!(
                "{}: {key} must be {wanted}, not {}",
                self.subject,
                shown(value)
            ),
        };
        let fault = Diagnostic::error(schema_codes::WRONG_TYPE, place(value), message);
        self.unread.push(fault);
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

/// A value as a message shows it: a number itself, of anything else its type.
fn shown(value: Node<'_>) -> String {
    match (value.kind(), value.scalar_text()) {
        (Kind::Int | Kind::Float, Some(text)) => shorten(text),
        (kind, _) => kind.as_str().to_string(),
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
