//! Building the tree from the parser's events.
//!
//! # Shape
//!
//! Finished nodes lie in the arena; what is open is a stack of [`Frame`]s, and
//! the finished children of all open frames lie in one vector, `pending`, each
//! frame knowing where its own begin. So an event costs a few pushes, nothing is
//! allocated for a node, and nothing recurses.
//!
//! # What aliases cost
//!
//! An alias is an index, yet whoever walks the tree walks the anchored node
//! again. So each anchor keeps the number of nodes under it and their height,
//! with aliases written out; an alias adds these to the open frames as if the
//! nodes had been written there, and the limits are held against the sums.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use granit_parser::{Event, ScalarStyle, Span, StructureStyle, Tag};

use super::{CommentData, DAMAGED, Documents, Kind, Limits, NodeData, OWNED, Sources, mapping};
use crate::diagnostic::codes::read as codes;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// Why a document is refused as a whole.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    /// The place, in bytes of the source.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Whether nothing more can be read at all.
    pub(super) last: bool,
}

/// The tree while it grows.
pub(super) struct Builder<'s, 'l> {
    pub(super) documents: Documents<'s>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) limits: &'l Limits,
    pub(super) file: File<'s>,
    /// Nodes of the import so far, aliases written out.
    expanded: usize,
    frames: Vec<Frame>,
    pub(super) pending: Vec<u32>,
    anchors: Vec<Anchor>,
    pub(super) document: Checkpoint,
    /// Whether the document is still open.
    open: bool,
    /// Room for [`mapping`] to sort keys in.
    pub(super) order: Vec<u32>,
}

/// What the builder knows of the file that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'s> {
    pub(super) source: u32,
    pub(super) text: &'s str,
    /// Whether its name says that it is JSON.
    pub(super) json: bool,
    /// Whether there is a `$` in it at all.
    pub(super) dollars: bool,
    /// Whether there is a `#` in it at all.
    pub(super) comments: bool,
    /// Where the text begins that the parser was given.
    pub(super) base: usize,
    /// Diagnostics reported and left out.
    pub(super) reported: usize,
    pub(super) left_out: usize,
}

/// An open list or object.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    flow: bool,
    start: usize,
    /// Where its last child ends.
    end: usize,
    /// Where its children begin in `pending`.
    first: usize,
    /// The parser's number of its anchor; 0 for none.
    anchor: usize,
    /// Nodes under it and itself, aliases written out.
    weight: usize,
    /// Levels under it, aliases written out.
    height: usize,
    flags: u8,
}

#[derive(Clone, Copy, Debug)]
enum Anchor {
    /// Not seen yet, or of a node that is still open.
    Open,
    Closed {
        node: u32,
        weight: usize,
        height: usize,
    },
}

/// Lengths at the document's start, to go back to if it is refused.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checkpoint {
    start: usize,
    nodes: usize,
    items: usize,
    entries: usize,
    texts: usize,
    diagnostics: usize,
    expanded: usize,
    /// Nodes that aliases have added to the document.
    aliased: usize,
    root: Option<u32>,
    template_reported: bool,
    pub(super) variable_reported: bool,
}

impl<'s, 'l> Builder<'s, 'l> {
    pub(super) fn new(sources: &'s Sources, limits: &'l Limits) -> Self {
        Self {
            documents: Documents::new(sources),
            diagnostics: Vec::new(),
            limits,
            file: File {
                source: 0,
                text: "",
                json: false,
                dollars: false,
                comments: false,
                base: 0,
                reported: 0,
                left_out: 0,
            },
            expanded: 0,
            frames: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            document: Checkpoint::default(),
            open: false,
            order: Vec::new(),
        }
    }

    /// Forgets the last parser's anchors: each parser counts from 1.
    pub(super) fn start_segment(&mut self, base: usize) {
        self.file.base = base;
        self.anchors.clear();
        self.start_document(base);
        self.open = false;
    }

    /// Where the open document begins, or the last one if none is open.
    pub(super) fn document_start(&self) -> usize {
        self.document.start
    }

    /// Takes one event.
    pub(super) fn event(&mut self, event: Event<'s>, span: &Span) -> Result<(), Refusal> {
        let start = self.file.base + span.start.byte_offset().unwrap_or(0);
        let end = self.file.base + span.end.byte_offset().unwrap_or(0);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(text, style, anchor, tag.as_deref(), start, end)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Kind::Map, style, anchor, tag.as_deref(), start, end)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Kind::Seq, style, anchor, tag.as_deref(), start, end)
            }
            Event::MappingEnd | Event::SequenceEnd => self.close(end),
            Event::Alias(anchor) => self.alias(anchor, start, end),
            Event::Comment(..) => {
                self.comment(start, end);
                Ok(())
            }
            Event::DocumentStart(..) => {
                self.start_document(start);
                Ok(())
            }
            Event::DocumentEnd => {
                self.end_document();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes back what the open document, if there is one, has added so far, but
    /// for its errors.
    pub(super) fn drop_document(&mut self) {
        if !core::mem::replace(&mut self.open, false) {
            return;
        }
        let to = self.document;
        self.documents.nodes.truncate(to.nodes);
        self.documents.items.truncate(to.items);
        self.documents.entries.truncate(to.entries);
        self.documents.texts.truncate(to.texts);
        self.expanded = to.expanded;
        self.frames.clear();
        self.pending.clear();
        self.anchors.clear();
        self.document.root = None;
        let errors = self
            .diagnostics
            .split_off(to.diagnostics.min(self.diagnostics.len()));
        let errors = errors
            .into_iter()
            .filter(|found| found.severity == Severity::Error);
        self.diagnostics.extend(errors);
    }

    /// Takes back the segment's last document, open or not.
    pub(super) fn drop_last_document(&mut self) {
        let nodes = self.document.nodes;
        self.documents.roots.pop_if(|root| *root as usize >= nodes);
        self.open = true;
        self.drop_document();
    }

    /// Reports at a place of the file that is read.
    pub(super) fn report(
        &mut self,
        severity: Severity,
        code: Code,
        (start, end): (usize, usize),
        message: impl Into<String>,
        help: Option<String>,
    ) {
        if self.file.reported >= self.limits.diagnostics {
            self.file.left_out += 1;
            return;
        }
        self.file.reported += 1;
        let origin = self.documents.sources.origin(self.file.source, start, end);
        let mut found = match severity {
            Severity::Note => Diagnostic::note(code, origin, message),
            Severity::Warning => Diagnostic::warning(code, origin, message),
            Severity::Error => Diagnostic::error(code, origin, message),
        };
        found.help = help;
        self.diagnostics.push(found);
    }

    /// Counts nodes that are written, or that an alias stands for.
    fn count(&mut self, nodes: usize, at: (usize, usize)) -> Result<(), Refusal> {
        // Indices are 32 bits wide, whatever the limit says.
        let limit = self.limits.nodes.min(u32::MAX as usize / 2);
        self.expanded = self.expanded.saturating_add(nodes);
        if self.expanded <= limit {
            return Ok(());
        }
        let message = format!("the input has more than {limit} values; the rest is not read");
        let help = "raise Limits::nodes, or read fewer files at a time";
        Err(Refusal {
            last: true,
            ..refusal(codes::TOO_MANY_NODES, at, message, help)
        })
    }

    /// Counts nodes that an alias or a merge key stands for.
    pub(super) fn count_aliased(
        &mut self,
        nodes: usize,
        at: (usize, usize),
    ) -> Result<(), Refusal> {
        let limit = self.limits.alias_nodes;
        self.document.aliased = self.document.aliased.saturating_add(nodes);
        if self.document.aliased > limit {
            let message = format!("the document's aliases stand for more than {limit} values");
            let help = "raise Limits::alias_nodes if the document is trusted";
            return Err(refusal(codes::TOO_MANY_ALIASES, at, message, help));
        }
        self.count(nodes, at)
    }

    fn start_document(&mut self, start: usize) {
        self.document = Checkpoint {
            start,
            nodes: self.documents.nodes.len(),
            items: self.documents.items.len(),
            entries: self.documents.entries.len(),
            texts: self.documents.texts.len(),
            diagnostics: self.diagnostics.len(),
            expanded: self.expanded,
            ..Checkpoint::default()
        };
        self.frames.clear();
        self.pending.clear();
        self.open = true;
    }

    fn end_document(&mut self) {
        self.open = false;
        if let Some(root) = self.document.root.take()
            && self
                .documents
                .nodes
                .get(root as usize)
                .is_some_and(|node| node.kind != Kind::Null)
        {
            self.documents.roots.push(root);
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        end: usize,
    ) -> Result<(), Refusal> {
        if text.len() > self.limits.scalar_bytes {
            let limit = self.limits.scalar_bytes;
            let message = format!("the scalar is longer than {limit} bytes");
            let help = "raise Limits::scalar_bytes if it is meant to be";
            return Err(refusal(codes::SCALAR_TOO_LONG, (start, end), message, help));
        }
        self.count(1, (start, end))?;
        let plain = style == ScalarStyle::Plain;
        let place = self.piece(&text);
        // The parser writes `~` where nothing is written.
        let absent = plain && place.is_none() && (text == "~" || text.is_empty());
        let text = if absent { Cow::Borrowed("") } else { text };
        let mut node = NodeData {
            kind: Kind::Str,
            flags: 0,
            source: self.file.source,
            start: start as u32,
            end: self.scalar_end(style, start, end) as u32,
            first: start as u32,
            last: start as u32,
        };
        self.classify(&mut node, &text, plain, tag);
        match place {
            _ if absent => {}
            Some((first, last)) => (node.first, node.last) = (first, last),
            None => {
                node.flags |= OWNED;
                node.first = self.documents.texts.len() as u32;
                self.documents.texts.push(text.into_owned());
            }
        }
        let damaged = node.flags & DAMAGED;
        let end = if absent { start } else { node.end as usize };
        let index = self.push(node);
        self.close_anchor(anchor, index, 1, 0);
        self.place(index, 1, 0, damaged, if absent { 0 } else { end });
        Ok(())
    }

    fn open(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        end: usize,
    ) -> Result<(), Refusal> {
        self.check_depth(1, (start, end))?;
        self.count(1, (start, end))?;
        let mut flags = 0;
        if let Some(tag) = tag {
            match tag.core_suffix() {
                None if tag.original() == "!" => {}
                None => self.report_unknown_tag(tag, (start, end)),
                Some("map") if kind == Kind::Map => {}
                Some("seq") if kind == Kind::Seq => {}
                Some(_) => {
                    flags = DAMAGED;
                    self.report_wrong_tag(tag, (start, end));
                }
            }
        }
        if anchor != 0 {
            self.anchor(anchor, Anchor::Open);
        }
        self.frames.push(Frame {
            kind,
            flow: style == StructureStyle::Flow,
            start,
            end: start,
            first: self.pending.len(),
            anchor,
            weight: 1,
            height: 0,
            flags,
        });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Refusal> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let bracket = self.file.text.as_bytes().get(end.wrapping_sub(1));
        let end = match bracket {
            Some(b'}' | b']') if frame.flow => {
                self.check_last_comma(end - 1);
                end
            }
            _ => frame.end,
        };
        let mut node = NodeData {
            kind: frame.kind,
            flags: frame.flags,
            source: self.file.source,
            start: frame.start as u32,
            end: end as u32,
            first: 0,
            last: 0,
        };
        let first = frame.first.min(self.pending.len());
        if frame.kind == Kind::Seq {
            node.first = self.documents.items.len() as u32;
            self.documents.items.extend(self.pending.drain(first..));
            node.last = self.documents.items.len() as u32;
        } else {
            node.first = self.documents.entries.len() as u32;
            node.flags |= mapping::close(self, first, frame.start)?;
            self.pending.truncate(first);
            node.last = self.documents.entries.len() as u32;
        }
        let height = frame.height + 1;
        let index = self.push(node);
        self.close_anchor(frame.anchor, index, frame.weight, height);
        self.place(index, frame.weight, height, node.flags & DAMAGED, end);
        Ok(())
    }

    /// Warns of a comma before the closing bracket at `bracket`, in a JSON file.
    fn check_last_comma(&mut self, bracket: usize) {
        if !self.file.json {
            return;
        }
        let before = self.file.text.get(..bracket).unwrap_or("").trim_end();
        if let Some(at) = before
            .len()
            .checked_sub(1)
            .filter(|_| before.ends_with(','))
        {
            let message = "a comma stands before the closing bracket, which JSON does not allow";
            let help = "remove the comma; the file is named as JSON, and read as YAML all the same";
            self.report(
                Severity::Warning,
                codes::NOT_JSON,
                (at, at + 1),
                message,
                Some(help.into()),
            );
        }
    }

    fn alias(&mut self, anchor: usize, start: usize, end: usize) -> Result<(), Refusal> {
        let Some(&Anchor::Closed {
            node,
            weight,
            height,
        }) = self.anchors.get(anchor)
        else {
            let message = "the alias stands within the value that it refers to";
            self.report(
                Severity::Error,
                codes::INVALID_ALIAS,
                (start, end),
                message,
                None,
            );
            return self.damaged_null(start, end);
        };
        self.count_aliased(weight, (start, end))?;
        self.check_depth(height, (start, end))?;
        let damaged = self
            .documents
            .nodes
            .get(node as usize)
            .map_or(0, |node| node.flags);
        self.place(node, weight, height, damaged & DAMAGED, end);
        Ok(())
    }

    /// Stands where a value was refused.
    fn damaged_null(&mut self, start: usize, end: usize) -> Result<(), Refusal> {
        self.count(1, (start, end))?;
        let index = self.push(NodeData {
            kind: Kind::Null,
            flags: DAMAGED,
            source: self.file.source,
            start: start as u32,
            end: end as u32,
            first: start as u32,
            last: start as u32,
        });
        self.place(index, 1, 0, DAMAGED, end);
        Ok(())
    }

    fn check_depth(&self, more: usize, at: (usize, usize)) -> Result<(), Refusal> {
        if self.frames.len().saturating_add(more) <= self.limits.depth {
            return Ok(());
        }
        Err(too_deep(self.limits.depth, at))
    }

    fn push(&mut self, node: NodeData) -> u32 {
        self.documents.nodes.push(node);
        self.documents.nodes.len() as u32 - 1
    }

    /// Adds a finished node to the innermost open frame, or makes it the root.
    fn place(&mut self, index: u32, weight: usize, height: usize, flags: u8, end: usize) {
        let Some(frame) = self.frames.last_mut() else {
            self.document.root = Some(index);
            return;
        };
        self.pending.push(index);
        frame.weight = frame.weight.saturating_add(weight);
        frame.height = frame.height.max(height);
        frame.end = frame.end.max(end);
        frame.flags |= flags;
    }

    fn anchor(&mut self, anchor: usize, state: Anchor) {
        // Numbers count up by one from 1, so the vector grows with the input.
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, Anchor::Open);
        }
        if let Some(entry) = self.anchors.get_mut(anchor) {
            *entry = state;
        }
    }

    fn close_anchor(&mut self, anchor: usize, node: u32, weight: usize, height: usize) {
        if anchor != 0 {
            self.anchor(
                anchor,
                Anchor::Closed {
                    node,
                    weight,
                    height,
                },
            );
        }
    }

    fn comment(&mut self, start: usize, end: usize) {
        let comment = CommentData {
            source: self.file.source,
            start: start as u32,
            end: end as u32,
        };
        // A comment that is read again after an error counts once.
        let seen = self
            .documents
            .comments
            .last()
            .is_some_and(|last| (last.source, last.start) >= (comment.source, comment.start));
        if !seen {
            self.documents.comments.push(comment);
        }
    }

    /// The range of a text that is a piece of the source.
    fn piece(&self, text: &str) -> Option<(u32, u32)> {
        let first = text
            .as_ptr()
            .addr()
            .checked_sub(self.file.text.as_ptr().addr())?;
        let last = first.checked_add(text.len())?;
        // What lies within the source's memory is the source's text: nothing else does.
        debug_assert!(
            self.file
                .text
                .get(first..last)
                .is_none_or(|own| own == text)
        );
        (last <= self.file.text.len()).then_some((first as u32, last as u32))
    }

    /// Where a scalar ends: block scalars without the line breaks after them.
    fn scalar_end(&self, style: ScalarStyle, start: usize, end: usize) -> usize {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let text = self.file.text.get(start..end).unwrap_or("");
                start + text.trim_end().len()
            }
            _ => end,
        }
    }

    /// Whether a template was already reported for the open document; notes
    /// that it is now.
    pub(super) fn template_reported(&mut self) -> bool {
        core::mem::replace(&mut self.document.template_reported, true)
    }
}

/// A refusal of one document.
pub(super) fn refusal(
    code: Code,
    (start, end): (usize, usize),
    message: String,
    help: &str,
) -> Refusal {
    let help = (!help.is_empty()).then(|| help.into());
    Refusal {
        code,
        start,
        end,
        message,
        help,
        last: false,
    }
}

/// A refusal for nesting.
pub(super) fn too_deep(limit: usize, at: (usize, usize)) -> Refusal {
    let message = format!("the document nests more than {limit} lists and objects");
    refusal(
        codes::TOO_DEEP,
        at,
        message,
        "raise Limits::depth if the document is trusted",
    )
}
