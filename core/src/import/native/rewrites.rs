//! Rewrites and redirects.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::import::document::{Kind, Node};
use crate::model::{
    Format, HostRewrite, PathRewrite, PrefixJoin, QueryEdit, QueryRewrite, Redirect, Respond,
    Rewrite, Substitution,
};

use super::reader::{Reader, flag, number, owned, several, text, texts};
use super::units::scheme;

impl Reader<'_> {
    pub(super) fn rewrite(&mut self, node: Node<'_>) -> Rewrite {
        Rewrite {
            host: node.get("host").and_then(|node| self.host_rewrite(node)),
            path: node.get("path").and_then(|node| self.path_rewrite(node)),
            query: node.get("query").map(|node| self.query_rewrite(node)),
            method: owned(node, "method"),
        }
    }

    pub(super) fn redirect(&mut self, node: Node<'_>) -> Redirect {
        Redirect {
            scheme: text(node, "scheme").and_then(scheme),
            host: node.get("host").map(|node| self.format(node)),
            port: number(node, "port"),
            path: node.get("path").and_then(|node| self.path_rewrite(node)),
            query: node.get("query").map(|node| self.query_rewrite(node)),
            status: number(node, "status").unwrap_or(302),
        }
    }

    fn host_rewrite(&mut self, node: Node<'_>) -> Option<HostRewrite> {
        if node.kind() != Kind::Map {
            return Some(HostRewrite::To(self.format(node)));
        }
        if let Some(substitution) = node.get("from_path") {
            let substitution = self.substitution(substitution);
            return Some(HostRewrite::FromPath(substitution));
        }
        (text(node, "from") == Some("backend")).then_some(HostRewrite::Backend)
    }

    fn path_rewrite(&mut self, node: Node<'_>) -> Option<PathRewrite> {
        if node.kind() != Kind::Map {
            return Some(PathRewrite::Full(self.format(node)));
        }
        if let Some(path) = node.get("full") {
            return Some(PathRewrite::Full(self.format(path)));
        }
        if let Some(substitution) = node.get("substitute") {
            let substitution = self.substitution(substitution);
            return Some(PathRewrite::Regex(substitution));
        }
        Some(PathRewrite::Prefix {
            replacement: owned(node, "replace_prefix")?,
            join: match text(node, "join") {
                Some("one-slash") => PrefixJoin::OneSlash,
                Some("literal") => PrefixJoin::Literal,
                _ => PrefixJoin::Segments,
            },
        })
    }

    fn substitution(&mut self, node: Node<'_>) -> Substitution {
        let replacement = node.get("replacement");
        Substitution {
            pattern: owned(node, "regex").unwrap_or_default(),
            replacement: replacement.map_or_else(Format::default, |node| self.format(node)),
            all: flag(node, "all").unwrap_or(false),
        }
    }

    fn query_rewrite(&mut self, node: Node<'_>) -> QueryRewrite {
        if node.as_str().is_some() {
            return QueryRewrite::To(self.format(node));
        }
        let mut edits = Vec::new();
        for node in several(Some(node)) {
            if node.get("keep").is_some() {
                edits.push(QueryEdit::Keep {
                    names: texts(node, "keep").map(ToString::to_string).collect(),
                });
            }
            edits.extend(texts(node, "remove").map(|name| QueryEdit::Remove {
                name: name.to_string(),
            }));
            for (name, value) in node.get("set").into_iter().flat_map(Node::entries) {
                edits.push(QueryEdit::Set {
                    name: name.scalar_text().unwrap_or("").to_string(),
                    value: self.format(value),
                });
            }
            for (name, value) in node.get("add").into_iter().flat_map(Node::entries) {
                for value in several(Some(value)) {
                    edits.push(QueryEdit::Add {
                        name: name.scalar_text().unwrap_or("").to_string(),
                        value: self.format(value),
                    });
                }
            }
        }
        QueryRewrite::Edit(edits)
    }
}

/// A direct response: a status, or an object.
pub(super) fn respond(node: Node<'_>) -> Respond {
    let status = match node.kind() {
        Kind::Map => number(node, "status"),
        _ => node.as_i64().and_then(|status| u16::try_from(status).ok()),
    };
    Respond {
        status: status.unwrap_or(500),
        body: owned(node, "body").unwrap_or_default(),
        reason: owned(node, "reason").unwrap_or_default(),
    }
}
