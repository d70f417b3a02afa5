//! Configuration that exhausts a reader, or that two readers take differently.

use std::thread;

use fingerpost::compile::limits::Limits;
use fingerpost::diagnostic::Severity;
use fingerpost::import::{Options, Sources, import};
use fingerpost::model::{Fact, FactMatch, Precedence, Predicate, RouteMatch};
use fingerpost_tests::build::{exact, one_stage, route};

use crate::asked::get;
use crate::manifest::{Imported, http_gateway, http_route, imported, read, rules};
use crate::table::{compiled, guarded, is, on, refusals, table};

/// Runs on a stack that recursion over the input would exhaust.
fn on_a_stack_of(bytes: usize, work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(bytes);
    thread.spawn(work).unwrap().join().unwrap();
}

#[test]
fn adv_cb_001_an_alias_within_its_anchor_is_refused() {
    for text in [
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: &a\n- b:\n  - *a\n",
        "&a {<<: *a}",
        "a: *b\nb: &b 1",
    ] {
        assert!(read(text).refuses(1008), "{text}");
    }
    assert!(!read("a: &a [1]\nb: *a").refuses(1008));

    // Aliases of aliases, which stand for 2^40 values.
    let mut laughs = String::from("a0: &a0 [x, x]\n");
    for nth in 1..40 {
        let below = nth - 1;
        laughs.push_str(&format!("a{nth}: &a{nth} [*a{below}, *a{below}]\n"));
    }
    assert!(read(laughs).refuses(1023));
}

#[test]
fn adv_cb_003_nesting_has_a_limit_that_no_stack_notices() {
    const DEEP: usize = 100_000;
    for (open, close) in [
        ("[", "]"),
        ("{a: ", "}"),
        ("{\"a\":[", "]}"),
        ("- ", ""),
        ("? ", ""),
    ] {
        let nested = move |depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        on_a_stack_of(256 << 10, move || {
            // Importing and dropping, whole and cut off in the middle.
            assert!(read(nested(DEEP)).refuses(1024), "{open}");
            let unclosed = read(open.repeat(DEEP));
            let mut found = unclosed.diagnostics.iter();
            assert!(
                found.any(|found| found.severity == Severity::Error),
                "{open}"
            );
            assert!(!read(nested(30)).refuses(1024), "{open}");
        });
    }
}

#[test]
fn adv_cb_004_a_predicate_too_deep_is_refused_and_freed() {
    let leaf = || Predicate::fact(FactMatch::new(Fact::Method, is("PUT")));
    let kinds: [fn(Predicate) -> Predicate; 3] = [
        Predicate::negated,
        |predicate| Predicate::all([predicate]),
        |predicate| Predicate::any([predicate]),
    ];
    let rule = |predicate| RouteMatch {
        predicates: vec![predicate],
        ..RouteMatch::default()
    };
    for nest in kinds {
        let nested = move |depth: usize| (0..depth).fold(leaf(), |inner, _| nest(inner));
        on_a_stack_of(64 << 10, move || {
            let found = refusals(&guarded(rule(nested(100_000))));
            assert!(found.len() == 1 && found[0].contains("deny"), "{found:?}");
        });
        // The deepest that is taken; frames of a build without optimisation are large.
        on_a_stack_of(256 << 10, move || {
            let deepest = usize::from(Predicate::MAX_DEPTH) - 1;
            assert_eq!(refusals(&guarded(rule(nested(deepest)))), [] as [&str; 0]);
        });
    }
}

#[test]
fn adv_cb_006_a_million_routes_take_memory_in_proportion() {
    // What docs/limits.md allows a route with an exact path, names and place included.
    const BYTES_A_ROUTE: usize = 640;
    for count in [10_000, 1_000_000] {
        let paths: Vec<String> = (0..count).map(|nth| format!("/svc/{nth}")).collect();
        let rules = paths.iter().map(|path| on(exact(path))).collect();
        let hosts: &[&str] = &[];
        let set = one_stage(Precedence::FirstMatch, vec![(hosts, route("all", rules))]);
        let table = table(&set);
        let stats = table.stats();
        let keys: usize = paths.iter().map(String::len).sum();
        let bytes = stats.bytes + stats.name_bytes - keys;
        assert!(bytes / count < BYTES_A_ROUTE, "{stats:?}");
        assert_eq!(get(format!("/svc/{}", count - 1)).answer(&table), "all");
        assert_eq!(get(format!("/svc/{count}")).answer(&table), "no_route");
    }
}

#[test]
fn adv_cb_007_many_hosts_of_many_rules_have_a_limit() {
    let names: Vec<String> = (0..1_000).map(|nth| format!("h{nth}.example")).collect();
    let hosts: Vec<&str> = names.iter().map(String::as_str).collect();
    let few = route("few", vec![on(exact("/few"))]);
    let set = |all: &[&str]| {
        let many = route(
            "all",
            (0..100).map(|nth| on(exact(&format!("/{nth}")))).collect(),
        );
        one_stage(
            Precedence::FirstMatch,
            vec![(&[], few.clone()), (all, many)],
        )
    };
    let mut limits = Limits::default();
    limits.candidates = 100_000;
    let over = compiled(limits.clone(), &set(&hosts));
    let error = over
        .diagnostics
        .first()
        .map(|found| (found.code.0, found.message.as_str()));
    let (code, message) = error.expect("the limit is crossed");
    assert_eq!(code, 1645);
    // The nodes of long paths are there once for each host, and count.
    let long = |segments: usize| {
        let long = route("long", vec![on(exact(&"/a".repeat(segments)))]);
        let set = one_stage(Precedence::FirstMatch, vec![(&hosts, long)]);
        let mut limits = Limits::default();
        limits.candidates = 8_000;
        compiled(limits, &set).diagnostics.len()
    };
    assert_eq!((long(63), long(64), long(1_000)), (0, 1, 1));
    for word in [
        "all",
        "100000 candidates",
        "1000 hosts",
        "`candidates` of 100000",
    ] {
        assert!(message.contains(word), "{message}");
    }
    assert_eq!(get("/few").answer(&over.table), "few");
    let within = compiled(limits, &set(&hosts[1..]));
    assert!(within.diagnostics.is_empty());
    assert_eq!(get("/99").host("h999.example").answer(&within.table), "all");
    assert_eq!(
        get("/99").host("h0.example").answer(&within.table),
        "no_route"
    );
}

/// A route with one field of `fields` in it, between two sound ones.
fn among_sound(fields: &str) -> Imported {
    imported(&[
        http_gateway(),
        http_route("before", &rules("{path: {value: /before}}")),
        http_route("odd", fields),
        http_route("after", &rules("{path: {value: /after}}")),
    ])
}

#[test]
fn adv_cb_008_what_yaml_takes_for_something_else_is_no_text() {
    for (fields, code) in [
        (format!("hostnames: [on], {}", rules("{}")), 1103),
        (rules("{path: {value: 0x10}}"), 1103),
        (rules("{headers: [{name: x, value: yes}]}"), 1103),
        (rules("{headers: [{name: ~, value: a}]}"), 1102),
        (rules("{headers: [{name: x, value: 1.0}]}"), 1103),
        (rules("{queryParams: [{name: no, value: a}]}"), 1103),
    ] {
        let odd = among_sound(&fields);
        let place = odd.diagnostics.iter().find_map(|found| {
            let is_wanted = found.code.0 == code && found.severity == Severity::Error;
            found.origin.filter(|_| is_wanted)
        });
        let place = place.unwrap_or_else(|| panic!("{fields}: {:#?}", odd.diagnostics));
        // The third document, and not at its beginning.
        assert_eq!(place.line, 5, "{fields}");
        assert!(place.column > 60, "{fields}");
        assert_eq!(get("/before").answer(&odd.table), "before");
        assert_eq!(get("/after").answer(&odd.table), "after");
    }
    for fields in [
        "rules: [{backendRefs: [{name: app, port: 80, weight: 1_000}]}]",
        "rules: [{backendRefs: [{name: app, port: 010}]}]",
    ] {
        let odd = among_sound(fields);
        assert!(
            odd.says(Severity::Warning, 1012),
            "{fields}: {:#?}",
            odd.diagnostics
        );
    }
    for fields in [
        format!("hostnames: ['on'], {}", rules("{}")),
        rules("{headers: [{name: x, value: 'yes'}]}"),
        "rules: [{backendRefs: [{name: app, port: 80, weight: 1000}]}]".to_string(),
    ] {
        let mut found = among_sound(&fields).diagnostics.into_iter();
        assert_eq!(found.find(|found| found.severity == Severity::Error), None);
    }
}

#[test]
fn adv_cb_010_an_unknown_word_costs_its_own_rule() {
    let telepathic = "{matches: [{path: {type: Telepathic, value: /a}}], \
                      backendRefs: [{name: app, port: 80}]}";
    let sound = "{matches: [{path: {value: /b}}], backendRefs: [{name: app, port: 80}]}";
    let odd = among_sound(&format!("rules: [{telepathic}, {sound}]"));
    assert!(odd.refuses(1106), "{:#?}", odd.diagnostics);
    for (target, route) in [("/before", "before"), ("/b", "odd"), ("/after", "after")] {
        assert_eq!(get(target).answer(&odd.table), route);
    }
    assert_eq!(get("/a").answer(&odd.table), "no_route");

    // Where the rest of the rule can be told, its requests fall to no broader rule.
    let unknown_filter = "{matches: [{path: {value: /a}}], filters: [{type: Telepathic}], \
                          backendRefs: [{name: app, port: 80}]}";
    let everything = "{backendRefs: [{name: app, port: 80}]}";
    let odd = among_sound(&format!("rules: [{unknown_filter}, {everything}]"));
    let seen = get("/a").ask(&odd.table);
    assert_eq!(
        (seen.status, seen.failure.as_str()),
        (Some(500), "UnsupportedValue")
    );
    assert_eq!(get("/c").answer(&odd.table), "odd");
}

#[test]
fn adv_cb_011_what_is_no_document_is_refused_with_its_reason() {
    let nothing: &[u8] = b"";
    let found = |bytes: &[u8], limits: Option<usize>| {
        let mut options = Options::default();
        if let Some(file_bytes) = limits {
            options.limits.file_bytes = file_bytes;
        }
        let mut sources = Sources::new();
        let refused = sources.add_bytes("table.yaml", bytes.to_vec()).err();
        let imported = import(&sources, &options);
        let mut codes: Vec<u16> = refused.iter().map(|found| found.code.0).collect();
        let errors = imported.diagnostics.iter();
        let errors = errors.filter(|found| found.severity == Severity::Error);
        codes.extend(errors.map(|found| found.code.0));
        (codes, imported.routes.gateways.len())
    };
    let utf16 = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let sound = http_gateway();
    let (none, one) = (vec![], vec![1002]);

    // Nothing is nothing, with or without a byte order mark.
    assert_eq!(found(nothing, None), (none.clone(), 0));
    assert_eq!(found("\u{FEFF}".as_bytes(), None), (none.clone(), 0));
    let marked = format!("\u{FEFF}{sound}");
    assert_eq!(found(marked.as_bytes(), None), (none.clone(), 1));
    assert_eq!(found(&utf16(&sound), None), (one.clone(), 0));
    assert_eq!(found(b"a: \xC3\x28", None).0, one);
    // A length of two gigabytes before the text looks like UTF-32.
    assert_eq!(found(b"\0\0\0\x80length", None).0, one);
    assert_eq!(found(b"\x7F\x01\x02\x03length", None).0, [1003]);
    assert_eq!(found(format!("{sound}\n}}").as_bytes(), None).0, [1001]);
    let documents = format!("---\n{sound}\n---\n...\n---\n");
    assert_eq!(found(documents.as_bytes(), None), (none.clone(), 1));
    assert_eq!(found(sound.as_bytes(), Some(sound.len())), (none, 1));
    assert_eq!(
        found(sound.as_bytes(), Some(sound.len() - 1)),
        (vec![1020], 0)
    );
}
