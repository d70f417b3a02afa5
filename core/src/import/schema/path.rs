//! The path of a field, built on the stack and written out only for a message.

use alloc::vec::Vec;
use core::fmt;

/// A field's path: a chain of steps up to the object.
///
/// Written as `rules[0].matches[1].path.value`. A leading `spec` is left out,
/// because nearly every path has it.
#[derive(Clone, Copy, Debug)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root,
    Field(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The object itself.
    pub const ROOT: Path<'static> = Path {
        parent: None,
        step: Step::Root,
    };

    /// A field of what this path leads to.
    pub fn field(&'p self, name: &'p str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Field(name),
        }
    }

    /// An item of what this path leads to.
    pub fn index(&'p self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(path) = at {
            steps.push(path.step);
            at = path.parent;
        }
        let mut steps = steps
            .into_iter()
            .rev()
            .filter(|step| !matches!(step, Step::Root))
            .peekable();
        if let Some(Step::Field("spec")) = steps.peek() {
            steps.next();
            if steps.peek().is_none() {
                return f.write_str("spec");
            }
        }
        let mut first = true;
        for step in steps {
            match step {
                Step::Root => {}
                // A key of the author's own may be as long as the file.
                Step::Field(name) if first => write!(f, "{name:.80}")?,
                Step::Field(name) => write!(f, ".{name:.80}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
            first = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Path;
    use alloc::string::ToString;

    #[test]
    fn a_path_reads_as_in_manifests_without_a_leading_spec() {
        let root = Path::ROOT;
        let spec = root.field("spec");
        let rules = spec.field("rules");
        let rule = rules.index(3);
        assert_eq!(rule.field("name").to_string(), "rules[3].name");
        assert_eq!(spec.to_string(), "spec");
        assert_eq!(
            root.field("metadata").field("spec").to_string(),
            "metadata.spec"
        );
    }
}
