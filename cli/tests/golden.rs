//! Whole outputs, compared byte for byte with `golden/`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p fingerpost-cli --test golden` writes them anew;
//! the change is then read in the diff like any other.

mod common;
mod folder;
mod followed;

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use folder::Folder;

/// Runs a command and compares what it says on both streams, and its exit code.
fn golden(name: &str, args: &[&str], stdin: &[u8]) {
    let (stdout, stderr, code) = common::texts(args, stdin);
    let mut found = String::new();
    writeln!(found, "$ fingerpost {args:?}").unwrap();
    writeln!(found, "--- exit code {code}\n--- standard output").unwrap();
    found.push_str(&stdout);
    writeln!(found, "--- standard error").unwrap();
    found.push_str(&stderr);
    compare(name, &found);
}

/// The same in a folder of its own that holds `shop.fpt`, `bare.fpt` without names, and what
/// is made of them; sizes and checksums, which are the format's, are left out.
fn golden_of_snapshots(name: &str, args: &[&str]) {
    let folder = Folder::new(name);
    let shop = common::run(&["compile", "shop", "-o", "-"], b"").stdout;
    let bare = common::run(&["compile", "shop", "-o", "-", "--without-names"], b"").stdout;
    folder.write("cut.fpt", &shop[..100]);
    folder.write("shop.fpt", shop);
    folder.write("bare.fpt", bare);
    for name in ["gone.yaml", "broken/route.yaml"] {
        let copy = folder.file(name.rsplit('/').next().unwrap());
        fs::copy(common::fixtures().join(name), copy).unwrap();
    }
    let output = common::command()
        .current_dir(folder.path())
        .args(args)
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8(output.stdout),
        String::from_utf8(output.stderr),
    );
    let found = format!(
        "$ fingerpost {args:?}\n--- exit code {}\n--- standard output\n{}--- standard error\n{}",
        output.status.code().unwrap(),
        without_sizes(&stdout.unwrap()),
        without_sizes(&stderr.unwrap()),
    );
    compare(name, &found);
}

/// A text with its sizes and checksums in place of those of this version of the format.
fn without_sizes(text: &str) -> String {
    let mut words: Vec<String> = text
        .split_inclusive([' ', '\n', ','])
        .map(Into::into)
        .collect();
    for at in 1..words.len() {
        if words[at].starts_with("bytes") {
            words[at - 1] = "N ".to_owned();
        }
        if words[at - 1] == "says " {
            words[at] = "M: ".to_owned();
        }
        if words[at - 1] == "checksum " {
            words[at] = "C\n".to_owned();
        }
    }
    words.concat()
}

/// Compares with the file of this name, or writes it.
fn compare(name: &str, found: &str) {
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "tests",
        "golden",
        &format!("{name}.txt"),
    ]
    .iter()
    .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs; found:\n{found}\nexpected:\n{expected}",
        path.display()
    );
}

#[test]
fn route_forward() {
    let url = "http://shop.example/cart/1?x=2";
    golden(
        "route_forward",
        &[
            "route",
            "shop",
            "GET",
            url,
            "-H",
            "X-Debug: 1",
            "-H",
            "a: b",
        ],
        b"",
    );
}

#[test]
fn route_forward_json() {
    let url = "http://shop.example/cart/1?x=2";
    golden(
        "route_forward_json",
        &["route", "shop", "GET", url, "-H", "X-Debug: 1", "--json"],
        b"",
    );
}

#[test]
fn route_redirect() {
    golden(
        "route_redirect",
        &["route", "shop", "GET", "http://shop.example/old"],
        b"",
    );
}

#[test]
fn route_backend_that_is_not_there() {
    golden(
        "route_gone",
        &[
            "route",
            "shop",
            "gone.yaml",
            "GET",
            "http://shop.example/gone",
        ],
        b"",
    );
}

#[test]
fn route_no_route_is_no_failure() {
    golden(
        "route_no_route",
        &["route", "shop", "GET", "http://other.example/"],
        b"",
    );
}

#[test]
fn route_reject() {
    golden(
        "route_reject",
        &["route", "shop", "GET", "http://shop.example/a\u{1}b"],
        b"",
    );
}

#[test]
fn route_connection() {
    golden(
        "route_connection",
        &["route", "shop", "tcp://10.0.0.1:5432"],
        b"",
    );
}

#[test]
fn explain_tie_break() {
    let url = "http://SHOP.example:80/./cart";
    golden(
        "explain_tie_break",
        &["explain", "shop", "GET", url, "-H", "x-env: canary"],
        b"",
    );
}

#[test]
fn explain_weights() {
    let url = "http://shop.example/cart";
    let random = "18446744073709551615";
    golden(
        "explain_weights",
        &["explain", "shop", "GET", url, "--random", random],
        b"",
    );
}

#[test]
fn explain_two_stages() {
    let random = "17000000000000000000";
    golden(
        "explain_two_stages",
        &["explain", "mesh.yaml", "GET", "/cart/1", "--random", random],
        b"",
    );
}

#[test]
fn route_two_stages_json() {
    golden(
        "route_two_stages_json",
        &["route", "mesh.yaml", "GET", "/cart/1", "--json"],
        b"",
    );
}

#[test]
fn check_regex() {
    golden("check_regex", &["check", "regex.yaml"], b"");
}

#[test]
fn check_sarif() {
    golden("check_sarif", &["check", "regex.yaml", "--sarif"], b"");
}

#[test]
fn explain_no_route() {
    golden(
        "explain_no_route",
        &["explain", "shop", "POST", "/nowhere"],
        b"",
    );
}

#[test]
fn explain_no_listener() {
    golden(
        "explain_no_listener",
        &["explain", "shop", "GET", "http://shop.example:81/"],
        b"",
    );
}

#[test]
fn explain_no_listener_for_the_host() {
    golden(
        "explain_no_listener_for_the_host",
        &["explain", "listeners.yaml", "GET", "http://acme.test/"],
        b"",
    );
}

#[test]
fn explain_no_listener_of_that_name() {
    golden(
        "explain_no_listener_of_that_name",
        &[
            "explain",
            "listeners.yaml",
            "GET",
            "https://a.acme.test/",
            "--sni",
            "b.example",
            "--listener",
            "tls",
        ],
        b"",
    );
}

#[test]
fn route_rule_that_cannot_be_carried_out() {
    for command in ["route", "explain"] {
        golden(
            &format!("{command}_invalid_rule"),
            &[command, "invalid.yaml", "GET", "http://shop.example/ext"],
            b"",
        );
    }
    golden(
        "route_invalid_rule_json",
        &[
            "route",
            "invalid.yaml",
            "GET",
            "http://shop.example/ext",
            "--json",
        ],
        b"",
    );
}

#[test]
fn route_curl() {
    let curl = "curl -H 'x-env: canary' http://shop.example/cart";
    golden("route_curl", &["route", "shop", "--curl", curl], b"");
}

#[test]
fn show_stages_in_the_order_in_which_they_are_entered() {
    golden("show_stages", &["show", "mesh.yaml"], b"");
}

#[test]
fn show_why_a_rule_answers_with_an_error() {
    golden("show_invalid_rule", &["show", "invalid.yaml"], b"");
}

#[test]
fn show_status_of_what_has_none() {
    golden("show_no_status", &["show", "mesh.yaml", "--status"], b"");
}

#[test]
fn explain_json() {
    let url = "http://shop.example/cart";
    golden(
        "explain_json",
        &["explain", "shop", "GET", url, "--json"],
        b"",
    );
}

#[test]
fn explain_curl() {
    let curl = "curl -s 'http://shop.example/cart' -H 'X-Env: canary' -x http://proxy | jq .";
    golden("explain_curl", &["explain", "shop", "--curl", curl], b"");
}

#[test]
fn check_clean() {
    golden("check_clean", &["check", "shop"], b"");
}

#[test]
fn check_broken() {
    golden("check_broken", &["check", "broken"], b"");
}

#[test]
fn check_broken_json() {
    golden("check_broken_json", &["check", "broken", "--json"], b"");
}

#[test]
fn check_syntax() {
    golden(
        "check_syntax",
        &["check", "-"],
        b"kind: A\nspec:\n\tport: 1\n",
    );
}

#[test]
fn show_table() {
    golden("show_table", &["show", "shop"], b"");
}

#[test]
fn show_table_json() {
    golden("show_table_json", &["show", "shop", "--json"], b"");
}

#[test]
fn show_status() {
    golden("show_status", &["show", "shop", "--status"], b"");
}

#[test]
fn show_status_json() {
    golden(
        "show_status_json",
        &["show", "shop", "--status", "--json"],
        b"",
    );
}

#[test]
fn show_tries() {
    golden("show_tries", &["show", "shop", "--tries"], b"");
}

#[test]
fn stream() {
    let lines = concat!(
        "{\"path\":\"/cart\",\"authority\":\"shop.example\"}\n",
        "\n",
        "{\"path\":\"/cart\",\"headers\":[[\"a\",\"b\"],[\"c\",\"d\"],[\"e\"]]}\n",
        "{\"path\":\"/old\",\"authority\":\"shop.example\",\"gateway\":\"shop/public\"}\n",
        "{\"path\":\"/\",\"gateway\":\"elsewhere\"}\n",
    );
    golden(
        "stream",
        &["route", "shop", "--requests", "-"],
        lines.as_bytes(),
    );
}

#[test]
fn help() {
    golden("help", &["--help"], b"");
    golden("route_help", &["route", "--help"], b"");
    golden("compile_help", &["compile", "--help"], b"");
}

#[test]
fn compile() {
    golden_of_snapshots("compile", &["compile", "gone.yaml", "-o", "table.fpt"]);
    let bare = ["compile", "shop.fpt", "-o", "table.fpt", "--without-names"];
    golden_of_snapshots("compile_without_names", &bare);
}

#[test]
fn compile_nothing_of_errors() {
    let args = ["compile", "route.yaml", "-o", "table.fpt"];
    golden_of_snapshots("compile_errors", &args);
}

#[test]
fn snapshot_as_manifests() {
    let url = "http://shop.example/cart";
    golden_of_snapshots("snapshot_check", &["check", "shop.fpt"]);
    golden_of_snapshots("snapshot_show", &["show", "shop.fpt"]);
    golden_of_snapshots("snapshot_status", &["show", "shop.fpt", "--status"]);
    golden_of_snapshots("snapshot_explain", &["explain", "shop.fpt", "GET", url]);
}

#[test]
fn snapshot_without_names() {
    let url = "http://shop.example/cart";
    golden_of_snapshots("bare_route", &["route", "bare.fpt", "GET", url]);
    golden_of_snapshots(
        "bare_route_json",
        &["route", "bare.fpt", "GET", url, "--json"],
    );
    golden_of_snapshots("bare_explain", &["explain", "bare.fpt", "GET", url]);
    golden_of_snapshots(
        "bare_no_listener",
        &["explain", "bare.fpt", "GET", "http://a:81/"],
    );
    golden_of_snapshots("bare_show", &["show", "bare.fpt"]);
    golden_of_snapshots("bare_tries", &["show", "bare.fpt", "--tries"]);
}

#[test]
fn snapshot_that_is_refused() {
    golden_of_snapshots("snapshot_cut", &["check", "cut.fpt"]);
    golden_of_snapshots("snapshot_not_alone", &["check", "shop.fpt", "gone.yaml"]);
}

/// What is said on both streams while manifests change, in the order in which it is said.
#[test]
fn watch() {
    let routes = |backend: &str| {
        let rule = format!("{{match: {{path: {{segments: /cart}}}}, backend: {backend}}}");
        format!("fingerpost: v1\nroutes:\n- name: cart\n  rules:\n  - {rule}\n")
    };
    let mut run = followed::Run::start("golden", &routes("cart-v1"));
    run.ask();
    run.replace("routes.yaml", Some(&routes("cart-v2")));
    run.told("in use, of 1 file");
    run.ask();
    run.replace("routes.yaml", Some("fingerpost: v1\nroutes:\n- 7\n"));
    run.told("run `fingerpost check`");
    run.ask();
    run.replace("routes.yaml", None);
    run.told("cannot be read");
    run.ask();
    run.replace("routes.yaml", Some(&routes("cart-v2")));
    run.told("are again");
    run.replace("more.yaml", Some("- 1\n"));
    run.told("in use, of 2 files");
    run.ask();
    compare("watch", &run.end());
}

#[test]
fn route_what_the_proxy_does_besides() {
    let url = "https://shop.example/cart";
    golden(
        "route_besides",
        &["route", "native.yaml", "GET", url, "-H", "x-user: ann"],
        b"",
    );
}

#[test]
fn route_a_response_that_says_why() {
    let url = "https://shop.example/closed";
    golden("route_says_why", &["route", "native.yaml", "GET", url], b"");
}

#[test]
fn route_metadata_of_two_stages() {
    let url = "https://api.example/";
    golden("route_metadata", &["route", "native.yaml", "GET", url], b"");
}

#[test]
fn explain_sticky() {
    let url = "https://shop.example/together";
    golden(
        "explain_sticky",
        &["explain", "native.yaml", "GET", url, "-H", "cookie: sid=7"],
        b"",
    );
}

#[test]
fn explain_obstacle() {
    let url = "https://shop.example/tagged?user=%0aann";
    golden(
        "explain_obstacle",
        &["explain", "native.yaml", "GET", url],
        b"",
    );
    golden(
        "explain_obstacle_json",
        &["explain", "native.yaml", "GET", url, "--json"],
        b"",
    );
}

#[test]
fn show_and_or_not() {
    golden("show_and_or_not", &["show", "native.yaml"], b"");
}
