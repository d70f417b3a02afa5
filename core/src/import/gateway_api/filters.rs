//! Filters of rules and of backend references.
//!
//! A filter that cannot be honoured fails the rule (or the reference) it stands
//! in, and never just itself: a request that should have been changed, checked or
//! redirected must not go through as if nothing had been asked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostic::codes::gateway_api as codes;
use crate::import::document::Node;
use crate::import::schema::Path;
use crate::model::{
    Filter, HostRewrite, MetadataValue, Mirror, PathRewrite, PrefixJoin, Redirect, Scheme,
};

use super::backends::Builder;
use super::read::{Problem, number, port, stated_list, strings, text, text_or, under};

/// What a list of filters comes to.
#[derive(Default)]
pub(super) struct Filters {
    pub(super) list: Vec<Filter>,
    /// A rule's redirect, which is its action.
    pub(super) redirect: Option<Redirect>,
    pub(super) metadata: Vec<(String, MetadataValue)>,
}

/// What a list of filters belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scope {
    Rule,
    Backend,
}

impl<'d> Builder<'_, 'd> {
    /// Reads the `filters` of a rule or a backend reference.
    ///
    /// SPEC: semantics/gateway-api.md 7: filters run in listed order; a type
    /// that is unknown, or that this kind of route does not have, makes requests
    /// fail; RequestRedirect and URLRewrite exclude each other, and they and CORS
    /// stand at most once.
    pub(super) fn filters(
        &mut self,
        owner: Node<'d>,
        scope: Scope,
        at: &Path<'_>,
    ) -> Result<Filters, Problem> {
        let mut filters = Filters::default();
        let mut once: Vec<&str> = Vec::new();
        let is_grpc = self.route.kind == "GRPCRoute";
        let nodes = stated_list(owner, "filters")
            .map_err(|fault| Problem::new("UnsupportedValue", under(at, &fault)))?;
        for (index, node) in nodes.into_iter().flat_map(Node::items).enumerate() {
            let at = format!("{at}.filters[{index}]");
            let word = text_or(node, "type", "");
            if matches!(word, "CORS" | "RequestRedirect" | "URLRewrite") {
                let other = if word == "URLRewrite" {
                    "RequestRedirect"
                } else {
                    "URLRewrite"
                };
                if once.contains(&word) || (word != "CORS" && once.contains(&other)) {
                    let text = format!("{at}: {word} cannot stand beside what is listed before it");
                    return Err(Problem::new("IncompatibleFilters", text));
                }
                once.push(word);
            }
            let member = |key: &str| {
                node.get(key).ok_or_else(|| {
                    Problem::new("UnsupportedValue", format!("{at}.{key} is missing"))
                })
            };
            match word {
                "RequestHeaderModifier" => {
                    let edits = self.edits(member("requestHeaderModifier")?, &at);
                    filters.list.push(Filter::RequestHeaders(edits));
                }
                "ResponseHeaderModifier" => {
                    let edits = self.edits(member("responseHeaderModifier")?, &at);
                    filters.list.push(Filter::ResponseHeaders(edits));
                }
                "RequestMirror" => {
                    if let Some(mirror) = self.mirror(member("requestMirror")?, &at) {
                        filters.list.push(Filter::Mirror(mirror));
                    }
                }
                "RequestRedirect" if !is_grpc => {
                    let redirect = redirect(member("requestRedirect")?, &at)?;
                    match scope {
                        Scope::Rule => filters.redirect = Some(redirect),
                        Scope::Backend => filters.list.push(Filter::Redirect(redirect)),
                    }
                }
                "URLRewrite" if !is_grpc => filters.list.push(rewrite(member("urlRewrite")?, &at)?),
                "CORS" if !is_grpc => {
                    let policy = self.cors(member("cors")?, &at);
                    filters.list.push(Filter::Cors(policy));
                }
                "ExternalAuth" if !is_grpc && scope == Scope::Rule => {
                    let facts = self.external_auth(node, member("externalAuth")?, &at)?;
                    filters.metadata.extend(facts);
                }
                "ExtensionRef" => return Err(extension(node, &at)),
                _ => {
                    let text = format!("{at}.type '{word}' is not supported here");
                    return Err(Problem::new("UnsupportedValue", text));
                }
            }
        }
        Ok(filters)
    }

    /// SPEC: semantics/gateway-api.md 7: `percent` or `fraction`, else every
    /// request; the denominator is 100 where none is stated. A mirror whose
    /// share makes no sense is dropped: nothing is copied by mistake.
    fn mirror(&mut self, node: Node<'d>, at: &str) -> Option<Mirror> {
        let at = format!("{at}.requestMirror");
        let share = match (node.get("percent"), node.get("fraction")) {
            (Some(_), _) => number(node, "percent").map(|percent: u32| (percent, 100)),
            (None, Some(fraction)) => {
                let denominator = match fraction.get("denominator") {
                    Some(_) => number(fraction, "denominator"),
                    None => Some(100),
                };
                number::<u32>(fraction, "numerator").zip(denominator)
            }
            (None, None) => Some((1, 1)),
        };
        let share =
            share.filter(|&(numerator, denominator)| denominator > 0 && numerator <= denominator);
        let backend = node.get("backendRef");
        let Some(((numerator, denominator), backend)) = share.zip(backend) else {
            let text = format!("{at} has no usable share or backendRef and is dropped");
            self.warn(codes::MIRROR_DROPPED, node, text);
            return None;
        };
        let target = self
            .backend(backend, &format!("{at}.backendRef"))
            .map_err(|invalid| *invalid);
        Some(Mirror {
            target,
            numerator,
            denominator,
        })
    }

    /// SPEC: semantics/gateway-api.md 7: experimental; fail closed. Asking the
    /// authorization service is the proxy's part: the decision carries who is to
    /// be asked.
    fn external_auth(
        &mut self,
        place: Node<'d>,
        node: Node<'d>,
        at: &str,
    ) -> Result<Vec<(String, MetadataValue)>, Problem> {
        let protocol = text_or(node, "protocol", "");
        if !matches!(protocol, "GRPC" | "HTTP") {
            let text = format!("{at}.externalAuth.protocol '{protocol}' is not supported");
            return Err(Problem::new("UnsupportedValue", text));
        }
        let backend = node
            .get("backendRef")
            .map(|node| self.backend(node, &format!("{at}.externalAuth.backendRef")));
        let Some(Ok(backend)) = backend else {
            let text = format!("{at}.externalAuth has no usable backendRef");
            return Err(Problem::new("UnsupportedValue", text));
        };
        self.warn(
            codes::NOT_PERFORMED,
            place,
            format!("{at}: the proxy must ask the authorization service that metadata names"),
        );
        let port = backend
            .port
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let mut value = format!(
            "{protocol} {} {}/{}{port}",
            backend.kind, backend.namespace, backend.name
        );
        let http = node.get("http");
        if let Some(path) = http.and_then(|http| text(http, "path")) {
            value.push_str(path);
        }
        let mut facts = alloc::vec![("external_auth".to_string(), MetadataValue::Text(value))];
        let lists = [
            (http, "allowedHeaders"),
            (http, "allowedResponseHeaders"),
            (node.get("grpc"), "allowedHeaders"),
        ];
        for (member, key) in lists {
            if let Some(member) = member.filter(|member| member.get(key).is_some()) {
                let names: Vec<&str> = strings(member, key).collect();
                facts.push((format!("external_auth.{key}"), names.join(",").into()));
            }
        }
        if let Some(size) = node
            .path(&["forwardBody", "maxSize"])
            .and_then(Node::as_i64)
        {
            facts.push((
                "external_auth.forwardBody.maxSize".to_string(),
                MetadataValue::Integer(size),
            ));
        }
        Ok(facts)
    }
}

/// SPEC: semantics/gateway-api.md 7: an ExtensionRef that cannot be resolved
/// must not be skipped. None is known here, so none resolves.
fn extension(node: Node<'_>, at: &str) -> Problem {
    let Some(reference) = node.get("extensionRef") else {
        return Problem::new("UnsupportedValue", format!("{at}.extensionRef is missing"));
    };
    let word = |key: &str, other: &'static str| match text_or(reference, key, "") {
        "" => other,
        word => word,
    };
    let (kind, name) = (
        word("kind", "an object without kind"),
        word("name", "without name"),
    );
    Problem::new(
        "UnsupportedValue",
        format!("{at}.extensionRef names {kind} {name}, which is not known here"),
    )
}

/// SPEC: semantics/gateway-api.md 7.1: status 302 where none is stated.
fn redirect(node: Node<'_>, at: &str) -> Result<Redirect, Problem> {
    let at = format!("{at}.requestRedirect");
    let wrong =
        |key: &str| Problem::new("UnsupportedValue", format!("{at}.{key} is not supported"));
    let scheme = match node.get("scheme").map(|scheme| scheme.as_str()) {
        None => None,
        Some(Some("http")) => Some(Scheme::Http),
        Some(Some("https")) => Some(Scheme::Https),
        Some(_) => return Err(wrong("scheme")),
    };
    let status = match node.get("statusCode") {
        None => 302,
        Some(_) => number(node, "statusCode")
            .filter(|status| matches!(status, 301 | 302 | 303 | 307 | 308))
            .ok_or_else(|| wrong("statusCode"))?,
    };
    let port = match node.get("port") {
        None => None,
        Some(_) => Some(port(node, "port").ok_or_else(|| wrong("port"))?),
    };
    Ok(Redirect {
        scheme,
        host: hostname(node, &at)?.map(Into::into),
        port,
        path: path(node, &at)?,
        query: None,
        status,
    })
}

fn rewrite(node: Node<'_>, at: &str) -> Result<Filter, Problem> {
    let at = format!("{at}.urlRewrite");
    Ok(Filter::Rewrite(crate::model::Rewrite {
        host: hostname(node, &at)?.map(|host| HostRewrite::To(host.into())),
        path: path(node, &at)?,
        ..crate::model::Rewrite::default()
    }))
}

/// A precise hostname, without a wildcard.
fn hostname(node: Node<'_>, at: &str) -> Result<Option<String>, Problem> {
    let Some(field) = node.get("hostname") else {
        return Ok(None);
    };
    field
        .as_str()
        .filter(|host| {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        })
        .map(|host| Some(host.to_ascii_lowercase()))
        .ok_or_else(|| {
            Problem::new(
                "UnsupportedValue",
                format!("{at}.hostname is not a precise hostname"),
            )
        })
}

/// SPEC: semantics/gateway-api.md 7.2: the replaced prefix is the one of the
/// match that won, element by element.
fn path(node: Node<'_>, at: &str) -> Result<Option<PathRewrite>, Problem> {
    let Some(node) = node.get("path") else {
        return Ok(None);
    };
    let kind = text_or(node, "type", "");
    let rewrite = match kind {
        "ReplaceFullPath" => {
            text(node, "replaceFullPath").map(|path| PathRewrite::Full(path.into()))
        }
        "ReplacePrefixMatch" => {
            text(node, "replacePrefixMatch").map(|prefix| PathRewrite::Prefix {
                replacement: prefix.to_string(),
                join: PrefixJoin::Segments,
            })
        }
        _ => None,
    };
    // What is written here goes out in a request line or a Location.
    let written = ["replaceFullPath", "replacePrefixMatch"];
    let mut written = written.iter().filter_map(|field| text(node, field));
    match rewrite {
        Some(_) if written.any(|to| to.contains(char::is_control)) => Err(Problem::new(
            "UnsupportedValue",
            format!("{at}.path holds a control character"),
        )),
        Some(rewrite) => Ok(Some(rewrite)),
        None => Err(Problem::new(
            "UnsupportedValue",
            format!("{at}.path.type '{kind}' is not supported as written"),
        )),
    }
}
