//! The reader's laws, on small inputs.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Documents, Kind, Limits, Node, Sources, read};
use crate::diagnostic::codes::read as codes;
use crate::diagnostic::{Code, Diagnostic, Severity};

fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("a.yaml", text);
    sources
}

/// A document in one line, for comparing: `{a:1,b:[x,~]}`.
fn outline(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Map => {
            let entries: Vec<_> = node
                .entries()
                .map(|(key, value)| format!("{}:{}", outline(key), outline(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Kind::Seq => {
            let items: Vec<_> = node.items().map(outline).collect();
            format!("[{}]", items.join(","))
        }
        Kind::Null => "null".to_string(),
        _ => node.scalar_text().unwrap().to_string(),
    }
}

fn outlines(documents: &Documents<'_>) -> Vec<String> {
    documents.roots().map(outline).collect()
}

fn read_with(text: &str, limits: &Limits) -> (Vec<String>, Vec<Diagnostic>) {
    let sources = sources(text);
    let (documents, found) = read(&sources, limits);
    (outlines(&documents), found)
}

fn read_text(text: &str) -> (Vec<String>, Vec<Diagnostic>) {
    read_with(text, &Limits::default())
}

/// Codes and first lines and columns.
fn places(found: &[Diagnostic]) -> Vec<(Code, u32, u32)> {
    found
        .iter()
        .map(|d| (d.code, d.origin.unwrap().line, d.origin.unwrap().column))
        .collect()
}

#[test]
fn every_document_of_a_stream_is_read() {
    let (documents, found) = read_text("a: 1\n---\n- x\n- ~\n...\n---\n---\n\"s\"\n");
    assert_eq!(documents, ["{a:1}", "[x,null]", "s"]);
    assert_eq!(found, []);
}

#[test]
fn a_syntax_error_costs_its_document_only() {
    let text = "a: 1\n---\nb: [1\n---\nc: 3\n---\nd: \"x\n---\ne: 5\n...\nf: }\n...\ng: 7\n";
    let (documents, found) = read_text(text);
    assert_eq!(documents, ["{a:1}", "{c:3}", "{e:5}", "{g:7}"]);
    let codes: Vec<_> = found.iter().map(|d| d.code).collect();
    assert_eq!(codes, [codes::SYNTAX; 3]);
    let lines: Vec<_> = found.iter().map(|d| d.origin.unwrap().line).collect();
    assert!((3..=4).contains(&lines[0]), "{lines:?}");
    assert!((7..=8).contains(&lines[1]), "{lines:?}");
    assert_eq!(lines[2], 11);
}

#[test]
fn an_error_beside_the_document_marker_is_reported_once() {
    for bad in [
        "--- \"abc\n",
        "--- {a\n",
        "--- @x\n",
        "--- a: b\n",
        "--- !<a\n",
    ] {
        let (documents, found) = read_text(&format!("a: 1\n{bad}---\nb: 2\n"));
        assert_eq!(documents, ["{a:1}", "{b:2}"], "{bad}");
        assert_eq!(found.len(), 1, "{bad}: {found:?}");
    }
}

#[test]
fn an_error_costs_its_file_nothing_but_one_document_and_other_files_nothing() {
    let mut sources = Sources::new();
    sources.add("a.yaml", "a: [");
    sources.add("b.yaml", "b: 1");
    let (documents, found) = read(&sources, &Limits::default());
    assert_eq!(outlines(&documents), ["{b:1}"]);
    assert_eq!(documents.roots().next().unwrap().source(), 1);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].origin.unwrap().source, 0);
}

#[test]
fn a_control_character_costs_its_document_only() {
    for control in ['\0', '\u{1}', '\u{7f}'] {
        let (documents, found) = read_text(&format!(
            "a: 1\n---\nb: 2\nc: x{control}y\nd: 4\n---\ne: 5\n"
        ));
        assert_eq!(documents, ["{a:1}", "{e:5}"]);
        assert_eq!(places(&found), [(codes::CONTROL_CHARACTER, 4, 5)]);
    }
    let (documents, found) = read_text("a: \"x\0y\"\n---\nb: 2\n");
    assert_eq!(documents, ["{b:2}"]);
    assert_eq!(places(&found), [(codes::CONTROL_CHARACTER, 1, 6)]);
}

#[test]
fn a_control_character_is_found_wherever_it_stands() {
    for at in [3, 255, 256, 257, 511, 512, 700] {
        let mut text = format!("a: {}", "x".repeat(800));
        text.insert(at, '\u{1}');
        let (documents, found) = read_text(&text);
        assert_eq!(documents, [""; 0]);
        let place = (codes::CONTROL_CHARACTER, 1, at as u32 + 1);
        assert_eq!(places(&found), [place]);
    }
}

#[test]
fn lines_are_counted_at_every_offset() {
    let long = "x".repeat(600);
    for text in [
        String::new(),
        "\n".repeat(600),
        "é\r\n".repeat(300),
        format!("{long}\n{long}\n\n"),
        format!("a\rb\n{}\n{long}", "y".repeat(251)),
    ] {
        let sources = sources(&text);
        let source = sources.get(0).unwrap();
        for at in 0..text.len() + 3 {
            let before = text.get(..at.min(text.len())).unwrap_or("");
            let breaks = before.matches('\n').count() + before.matches('\r').count();
            let pairs = before.matches("\r\n").count();
            // Between a carriage return and its line feed the line has not ended.
            let is_between = before.ends_with('\r') && text.get(at..at + 1) == Some("\n");
            let line = 1 + breaks - pairs - usize::from(is_between);
            if text.is_char_boundary(at.min(text.len())) {
                assert_eq!(source.line(at), line as u32, "{at} of {text:?}");
            }
        }
    }
}

#[test]
fn what_was_sound_before_a_control_character_stays() {
    let (documents, found) = read_text("a: [\n---\nb: 1\n---\nc: \0\n");
    assert_eq!(documents, ["{b:1}"]);
    let codes: Vec<_> = found.iter().map(|d| d.code).collect();
    assert_eq!(codes, [codes::SYNTAX, codes::CONTROL_CHARACTER]);
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_their_place() {
    let mut sources = Sources::new();
    let refused = sources
        .add_bytes("a.yaml", b"a: 1\nb: \xff\n".to_vec())
        .unwrap_err();
    assert_eq!(refused.code, codes::NOT_UTF8);
    assert_eq!(
        (refused.origin.unwrap().line, refused.origin.unwrap().column),
        (2, 4)
    );
    for bytes in [
        &b"\xff\xfea\0"[..],
        b"\xfe\xff\0a",
        b"a\0:\0",
        b"\0a\0:",
        b"\0\0\xfe\xff",
    ] {
        let refused = sources.add_bytes("b.yaml", bytes.to_vec()).unwrap_err();
        assert!(refused.message.contains("UTF-"), "{}", refused.message);
    }
    assert_eq!(sources.add_bytes("c.yaml", b"c: 3".to_vec()), Ok(6));
    let (documents, found) = read(&sources, &Limits::default());
    assert_eq!(outlines(&documents), ["{c:3}"]);
    assert_eq!(found, []);
}

#[test]
fn a_byte_order_mark_and_every_line_ending_are_read() {
    for text in ["\u{feff}a: 1\nb: 2\n", "a: 1\r\nb: 2\r\n", "a: 1\rb: 2\r"] {
        let sources = sources(text);
        let (documents, found) = read(&sources, &Limits::default());
        assert_eq!(outlines(&documents), ["{a:1,b:2}"], "{text:?}");
        assert_eq!(found, []);
        let b = documents.roots().next().unwrap().key("b").unwrap().origin();
        assert_eq!((b.line, b.column), (2, 1), "{text:?}");
    }
}

#[test]
fn places_count_characters_and_slices_are_the_source() {
    let text = "é: \"x\"\nlist:\n- {ö: ü, z: 1}\n- |\n  block\n\nend: 'q'  # c\n";
    let sources = sources(text);
    let (documents, _) = read(&sources, &Limits::default());
    let root = documents.roots().next().unwrap();
    let slice = |node: Node<'_>| &text[node.range()];
    assert_eq!(slice(root.get("é").unwrap()), "\"x\"");
    let origin = root.get("é").unwrap().origin();
    assert_eq!((origin.line, origin.column, origin.end_column), (1, 4, 7));
    let items: Vec<_> = root.get("list").unwrap().items().map(slice).collect();
    assert_eq!(items, ["{ö: ü, z: 1}", "block"]);
    let z = root
        .get("list")
        .unwrap()
        .items()
        .next()
        .unwrap()
        .get("z")
        .unwrap()
        .origin();
    assert_eq!((z.line, z.column), (3, 13));
    assert_eq!(slice(root.get("end").unwrap()), "'q'");
    assert_eq!(slice(root), text.split("  # c").next().unwrap());
}

#[test]
fn places_on_a_long_line_are_right_and_cheap() {
    let text = format!("[{}\"z\"]", "é, ".repeat(100_000));
    let sources = sources(&text);
    let (documents, _) = read(&sources, &Limits::default());
    let root = documents.roots().next().unwrap();
    for (at, item) in root.items().enumerate() {
        assert_eq!(item.origin().column as usize, 2 + at * 3);
    }
}

#[test]
fn quoted_scalars_are_text() {
    let (documents, found) = read_text("- 'on'\n- \"014\"\n- '~'\n- |\n  1\n- \"\"\n");
    assert_eq!(documents, ["[on,014,~,1\n,]"]);
    assert_eq!(found, []);
    let sources = sources("- 'on'\n- \"014\"\n- '~'\n- |\n  1\n- \"\"\n");
    let (documents, _) = read(&sources, &Limits::default());
    assert!(
        documents
            .roots()
            .next()
            .unwrap()
            .items()
            .all(|item| item.as_str().is_some())
    );
}

#[test]
fn traps_are_read_as_kubernetes_reads_them_and_warned_of() {
    let sources = sources("- on\n- No\n- y\n- 014\n- 1_000\n- 0b11\n- .inf\n- -0x1F\n");
    let (documents, found) = read(&sources, &Limits::default());
    let items: Vec<_> = documents.roots().next().unwrap().items().collect();
    let bools: Vec<_> = items[..3].iter().map(|item| item.as_bool()).collect();
    assert_eq!(bools, [Some(true), Some(false), Some(true)]);
    let ints: Vec<_> = items[3..].iter().map(|item| item.as_i64()).collect();
    assert_eq!(ints, [Some(12), Some(1000), Some(3), None, Some(-31)]);
    assert_eq!(found.len(), 8);
    assert!(
        found
            .iter()
            .all(|d| d.code == codes::AMBIGUOUS_SCALAR && d.help.is_some())
    );
}

#[test]
fn tags_say_what_a_scalar_is() {
    let sources = sources(
        "- !!str 12\n- !!int \"12\"\n- !!bool 'true'\n- !!null ''\n- !!float 1.5\n- ! 7\n\
         - !Ref x\n- !!map {}\n- !!seq []\n",
    );
    let (documents, found) = read(&sources, &Limits::default());
    let root = documents.roots().next().unwrap();
    let kinds: Vec<_> = root.items().map(Node::kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Str,
            Kind::Int,
            Kind::Bool,
            Kind::Null,
            Kind::Float,
            Kind::Str,
            Kind::Str,
            Kind::Map,
            Kind::Seq
        ]
    );
    assert_eq!(root.items().nth(1).unwrap().as_i64(), Some(12));
    assert_eq!(places(&found), [(codes::UNKNOWN_TAG, 7, 8)]);
    assert!(!root.is_damaged());
}

#[test]
fn a_value_that_is_not_what_its_tag_says_damages_what_holds_it() {
    let sources = sources("a: {b: !!int x}\nc: {d: !!seq {}}\ne: 1\n");
    let (documents, found) = read(&sources, &Limits::default());
    let root = documents.roots().next().unwrap();
    assert_eq!(
        found
            .iter()
            .filter(|d| d.code == codes::INVALID_TAG)
            .count(),
        2
    );
    assert!(root.is_damaged() && root.get("a").unwrap().is_damaged());
    assert!(!root.get("e").unwrap().is_damaged());
}

#[test]
fn a_key_written_twice_is_an_error_with_both_places() {
    let (documents, found) = read_text("a: 1\nb:\n  x: 1\n  w: 2\n  \"x\": 3\n");
    assert_eq!(documents, ["{a:1,b:{w:2,x:3}}"]);
    assert_eq!(places(&found), [(codes::DUPLICATE_KEY, 5, 3)]);
    assert!(
        found[0].message.ends_with("first in line 3"),
        "{}",
        found[0].message
    );
}

#[test]
fn keys_written_twice_are_found_in_large_objects() {
    let mut text: String = (0..100).map(|at| format!("k{at}: {at}\n")).collect();
    text.push_str("k7: again\nk7: last\n");
    let (documents, found) = read_text(&text);
    assert_eq!(
        places(&found),
        [
            (codes::DUPLICATE_KEY, 101, 1),
            (codes::DUPLICATE_KEY, 102, 1)
        ]
    );
    assert!(found[1].message.ends_with("first in line 101"));
    assert!(documents[0].contains("k7:last") && !documents[0].contains("again"));
}

#[test]
fn aliases_share_nodes() {
    let sources = sources("a: &x {b: [1, 2]}\nc: *x\nd: *x\n");
    let (documents, found) = read(&sources, &Limits::default());
    assert_eq!(
        outlines(&documents),
        ["{a:{b:[1,2]},c:{b:[1,2]},d:{b:[1,2]}}"]
    );
    assert_eq!(found, []);
    let root = documents.roots().next().unwrap();
    assert_eq!(
        root.get("d").unwrap().origin(),
        root.get("a").unwrap().origin()
    );
}

#[test]
fn an_alias_within_its_anchor_or_without_one_is_an_error() {
    let (_, found) = read_text("a: &x\n  b: *x\n");
    assert_eq!(places(&found), [(codes::INVALID_ALIAS, 2, 6)]);
    let (documents, found) = read_text("a: *x\n---\nb: 1\n");
    assert_eq!(places(&found), [(codes::INVALID_ALIAS, 1, 4)]);
    assert_eq!(documents, ["{b:1}"]);
    let (_, found) = read_text("a: &x 1\n---\nb: *x\n");
    assert_eq!(
        found[0].code,
        codes::INVALID_ALIAS,
        "anchors end with their document"
    );
}

#[test]
fn merge_keys_are_expanded_as_kubernetes_does() {
    let text = "base: &b {x: 1, u: 2}\nmore: &m {u: 3, z: 4}\nc:\n  <<: *b\n  x: 9\nd:\n  \
                <<: [*b, *m]\n  w: 0\ne:\n  z: 5\n  <<: {z: 6, v: 7}\n\"<<\": text\n";
    let (documents, found) = read_text(text);
    assert_eq!(places(&found), [(codes::OVERRIDDEN_KEY, 10, 3)]);
    assert!(documents[0].contains("c:{u:2,x:9}"), "{documents:?}");
    assert!(
        documents[0].contains("d:{z:4,x:1,u:2,w:0}"),
        "{documents:?}"
    );
    assert!(documents[0].contains("e:{z:6,v:7}"), "{documents:?}");
    assert!(documents[0].ends_with("<<:text}"), "{documents:?}");
}

#[test]
fn a_key_written_twice_around_a_merge_is_an_error() {
    let (documents, found) = read_text("a: {x: 1, <<: {x: 2}, x: 3}\n");
    assert_eq!(documents, ["{a:{x:3}}"]);
    assert_eq!(places(&found), [(codes::DUPLICATE_KEY, 1, 23)]);
}

#[test]
fn a_merge_key_of_anything_else_is_an_error() {
    for value in ["1", "[1]", "[{a: 1}, [{}]]"] {
        let (_, found) = read_text(&format!("a:\n  <<: {value}\n"));
        assert_eq!(places(&found), [(codes::INVALID_MERGE, 2, 3)], "{value}");
    }
}

#[test]
fn a_key_that_is_no_scalar_is_an_error() {
    for key in ["? [a]\n: 1\n", "? {a: 1}\n: 1\n", "~: 1\n", ": 1\n"] {
        let (documents, found) = read_text(&format!("{key}b: 2\n"));
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        assert_eq!(found[0].code, codes::INVALID_KEY);
        assert_eq!(documents, ["{b:2}"]);
    }
}

#[test]
fn tabs_in_indentation_are_an_error_with_help() {
    let (_, found) = read_text("a:\n\tb: 1\n");
    assert_eq!(found[0].code, codes::SYNTAX);
    assert_eq!(found[0].help.as_deref(), Some("indent with spaces"));
}

#[test]
fn templates_are_named_as_such() {
    for text in [
        "name: {{ .Values.name }}\n",
        "{{- if .Values.on }}\na: 1\n{{- end }}\n",
        "a:\n  {{- toYaml .Values.x | nindent 4 }}\n",
        "a: {{ .Values.a }}-x\nb: 1\n",
        "metadata:\n  {{- with .Values.labels }}\n  labels: x\n  {{- end }}\n",
    ] {
        let (_, found) = read_text(text);
        assert_eq!(found[0].code, codes::TEMPLATE, "{text}: {found:?}");
        assert!(found[0].help.as_ref().unwrap().contains("helm template"));
    }
    let (_, found) = read_text("a: \"{{ $labels.x }}\"\nb: [\n");
    assert_eq!(
        found[0].code,
        codes::SYNTAX,
        "a template in text is not the error's cause"
    );
}

#[test]
fn variables_are_warned_of_once_for_each_document() {
    let (documents, found) = read_text("a: ${NAME}\nb: x-${OTHER}-y\n---\nc: $NAME\n---\nd: ^a$\n");
    assert_eq!(
        documents,
        ["{a:${NAME},b:x-${OTHER}-y}", "{c:$NAME}", "{d:^a$}"]
    );
    assert_eq!(
        places(&found),
        [(codes::VARIABLE, 1, 4), (codes::VARIABLE, 4, 4)]
    );
}

#[test]
fn a_comma_after_the_last_item_is_no_json() {
    let text = "{\"a\": [1, 2, ],\n\"b\": {\"c\": \"d,\"},\n}\n";
    let mut sources = Sources::new();
    sources.add("a.json", text);
    sources.add("a.yaml", text);
    let (documents, found) = read(&sources, &Limits::default());
    for root in documents.roots() {
        assert_eq!(outline(root), "{a:[1,2],b:{c:d,}}");
        assert!(!root.is_damaged(), "it says what was written");
    }
    assert_eq!(
        places(&found),
        [(codes::NOT_JSON, 1, 12), (codes::NOT_JSON, 2, 17)]
    );
    assert!(found.iter().all(|one| one.severity == Severity::Warning));
    assert_eq!(
        found[0].message,
        "a comma stands before the closing bracket, which JSON does not allow"
    );
}

#[test]
fn json_is_held_to_its_literals() {
    let mut sources = Sources::new();
    sources.add(
        "a.JSON",
        "{\n\t\"a\" : [1, -2.5e3, true, null, \"x\\u00e9\\/\"],\n\t\"b\": {}\n}",
    );
    sources.add("b.json", "{\"a\": $NAME, \"b\": abc, \"c\": 014, \"d\": }");
    let (documents, found) = read(&sources, &Limits::default());
    let roots: Vec<_> = documents.roots().collect();
    assert_eq!(outline(roots[0]), "{a:[1,-2.5e3,true,null,xé/],b:{}}");
    assert!(!roots[0].is_damaged() && roots[1].is_damaged());
    let codes: Vec<_> = found.iter().map(|d| d.code).collect();
    assert_eq!(codes, [codes::NOT_JSON; 4]);
    assert!(
        found[0]
            .help
            .as_ref()
            .unwrap()
            .starts_with("substitute variables first")
    );
}

#[test]
fn comments_are_kept_in_order() {
    let sources = sources("# one\na: 1 # two\n---\n# three\n- x # four\n");
    let (documents, _) = read(&sources, &Limits::default());
    let comments: Vec<_> = documents.comments(0).map(|c| (c.line, c.text)).collect();
    assert_eq!(
        comments,
        [(1, " one"), (2, " two"), (4, " three"), (5, " four")]
    );
    assert_eq!(documents.comments(1).count(), 0);
}

#[test]
fn a_long_comment_between_key_and_value_is_read() {
    let (documents, found) = read_text(&format!("a:\n{}  b: 1\n", "  # licence\n".repeat(5_000)));
    assert_eq!(documents, ["{a:{b:1}}"]);
    assert_eq!(found, []);
}

#[test]
fn each_limit_refuses_with_its_own_code_and_costs_nothing_else() {
    let cases = [
        (
            Limits {
                scalar_bytes: 4,
                ..Limits::default()
            },
            "b: 12345",
            codes::SCALAR_TOO_LONG,
        ),
        (
            Limits {
                depth: 2,
                ..Limits::default()
            },
            "b: [[1]]",
            codes::TOO_DEEP,
        ),
        (
            Limits {
                depth: 2,
                ..Limits::default()
            },
            "b: &x [1]\nc: [*x]",
            codes::TOO_DEEP,
        ),
        (
            Limits {
                alias_nodes: 3,
                ..Limits::default()
            },
            "b: &x [1]\nc: [*x, *x]",
            codes::TOO_MANY_ALIASES,
        ),
    ];
    for (limits, text, code) in cases {
        let (documents, found) = read_with(&format!("a: 1\n---\n{text}\n---\nc: 3\n"), &limits);
        assert_eq!(documents, ["{a:1}", "{c:3}"], "{text}");
        assert_eq!(
            found.iter().map(|d| d.code).collect::<Vec<_>>(),
            [code],
            "{text}"
        );
        assert!(found[0].help.as_ref().unwrap().contains("Limits::"));
    }
}

#[test]
fn limits_on_the_whole_keep_what_came_before() {
    let limits = Limits {
        documents: 2,
        ..Limits::default()
    };
    let (documents, found) = read_with("a: 1\n---\nb: 2\n---\nc: 3\n", &limits);
    assert_eq!(documents, ["{a:1}", "{b:2}"]);
    assert_eq!(places(&found), [(codes::TOO_MANY_DOCUMENTS, 4, 1)]);
    let limits = Limits {
        nodes: 7,
        ..Limits::default()
    };
    let (documents, found) = read_with("a: 1\n---\nb: 2\n---\nc: 3\n---\nd: 4\n", &limits);
    assert_eq!(documents, ["{a:1}", "{b:2}"]);
    assert_eq!(
        found.iter().map(|d| d.code).collect::<Vec<_>>(),
        [codes::TOO_MANY_NODES]
    );
    let limits = Limits {
        file_bytes: 10,
        ..Limits::default()
    };
    let (documents, found) = read_with("a: 1\nb: 234\n", &limits);
    assert_eq!(documents.len(), 0);
    assert_eq!(found[0].code, codes::FILE_TOO_LONG);
    let limits = Limits {
        diagnostics: 2,
        ..Limits::default()
    };
    let (_, found) = read_with("[on, on, on, on]", &limits);
    assert_eq!(found.len(), 3);
    assert_eq!(
        found[2].message,
        "2 more diagnostics of this file are left out"
    );
}

#[test]
fn deep_nesting_is_refused_without_recursion() {
    for unit in ["[", "{", "- ", "? ", "{a: ", "- - [", "&a ["] {
        let (documents, found) = read_text(&format!("{}\n---\nok: 1\n", unit.repeat(100_000)));
        assert_eq!(documents, ["{ok:1}"], "{unit}");
        assert_eq!(found.len(), 1, "{unit}");
    }
    let blocks: String = (0..1_000)
        .map(|at| format!("{}a:\n", " ".repeat(at)))
        .collect();
    let (_, found) = read_text(&blocks);
    assert_eq!(found[0].code, codes::TOO_DEEP);
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("- &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for at in 1..100 {
        let again = format!("*x{}, ", at - 1).repeat(9);
        text.push_str(&format!("- &x{at} [{again}]\n"));
    }
    let (documents, found) = read_text(&text);
    assert_eq!(documents.len(), 0);
    assert_eq!(found[0].code, codes::TOO_MANY_ALIASES);
    // The same through merge keys.
    let mut text = String::from("x0: &x0 {a: 1, b: 2}\n");
    for at in 1..100 {
        let again = format!("*x{}, ", at - 1).repeat(9);
        text.push_str(&format!("x{at}: &x{at}\n  <<: [{again}]\n"));
    }
    let (_, found) = read_text(&text);
    assert_eq!(found[0].code, codes::TOO_MANY_ALIASES);
    // Merges within merges, without an alias.
    let entries: String = (0..2_000).map(|at| format!("k{at}: 1, ")).collect();
    let text = format!("{}{entries}{}", "{<<: ".repeat(100) + "{", "}".repeat(101));
    let (_, found) = read_text(&text);
    assert_eq!(found[0].code, codes::TOO_MANY_ALIASES);
}
