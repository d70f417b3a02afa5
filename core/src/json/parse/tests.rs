//! What is read from JSON, and how what is not a request is named.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;

fn parsed(json: &str) -> RequestJson {
    let mut request = RequestJson::new();
    request.parse(json.as_bytes()).unwrap();
    request
}

fn error(json: &[u8]) -> (String, String) {
    let error = RequestJson::new().parse(json).unwrap_err();
    (
        error.code().to_string(),
        error.field().unwrap_or_default().to_string(),
    )
}

fn refused(json: &str, code: &str, field: &str) {
    assert_eq!(
        error(json.as_bytes()),
        (code.to_string(), field.to_string()),
        "{json}"
    );
}

#[test]
fn every_field_of_the_contract_is_read() {
    let request = parsed(
        r#"{"method":"POST","scheme":"https","authority":"shop.example:8443","path":"/cart?x=1",
        "headers":[["x-env","canary"],["cookie","a=b"]],
        "gateway":"infra/public","listener":"https","port":8443,"sni":"shop.example",
        "protocol":"http2","source_ip":"10.0.0.7","destination_ip":"::1",
        "client_namespace":"team-a","attributes":{"jwt.sub":"u1"},"random":18446744073709551615}"#,
    );
    assert_eq!(request.method(), b"POST");
    assert_eq!(request.scheme(), Scheme::Https);
    assert_eq!(request.authority(), Some(&b"shop.example:8443"[..]));
    assert_eq!(request.path(), b"/cart?x=1");
    let headers: Vec<_> = request.headers().collect();
    assert_eq!(
        headers,
        [
            (&b"x-env"[..], &b"canary"[..]),
            (&b"cookie"[..], &b"a=b"[..])
        ]
    );
    assert_eq!(request.gateway(), Some("infra/public"));
    assert_eq!(request.listener(), Some("https"));
    assert_eq!(request.port(), Some(8443));
    assert_eq!(request.sni(), Some("shop.example"));
    assert_eq!(request.protocol(), RequestProtocol::Http2);
    assert_eq!(request.source_ip(), "10.0.0.7".parse().ok());
    assert_eq!(request.destination_ip(), "::1".parse().ok());
    assert_eq!(request.client_namespace(), Some("team-a"));
    assert_eq!(request.attributes().next(), Some(("jwt.sub", "u1")));
    assert_eq!(request.fixed_draw(), Some(u64::MAX));
}

#[test]
fn absent_null_and_default_are_the_same() {
    let request = parsed(
        r#"{"path":"/","method":null,"scheme":null,"authority":null,"headers":null,"port":null,
        "attributes":null,"random":null,"latin1":null,"protocol":null,"source_ip":null}"#,
    );
    assert_eq!(request.method(), b"GET");
    assert_eq!(request.scheme(), Scheme::Http);
    assert_eq!(request.authority(), None);
    assert_eq!(request.protocol(), RequestProtocol::Http1);
    assert_eq!(request.port(), None);
    assert!(request.draws().is_empty());
}

#[test]
fn headers_may_be_an_object_and_keep_its_order() {
    let request = parsed(r#"{"path":"/","headers":{"z":"1","a":["2","3"],"z":"4"}}"#);
    let headers: Vec<_> = request.headers().collect();
    let expected: [(&[u8], &[u8]); 4] = [(b"z", b"1"), (b"a", b"2"), (b"a", b"3"), (b"z", b"4")];
    assert_eq!(headers, expected);
}

#[test]
fn random_may_be_a_list() {
    let request = parsed(r#"{"path":"/","random":[1,2,3]}"#);
    assert_eq!(
        (request.fixed_draw(), request.draws()),
        (None, &[1, 2, 3][..])
    );
}

#[test]
fn what_is_no_request_is_named() {
    refused("[]", "FP1201", "");
    refused("7", "FP1201", "");
    refused("", "FP1202", "");
    refused("{", "FP1202", "");
    refused(r#"{"path":"/"} x"#, "FP1202", "");
    assert_eq!(error(b"{\"path\":\"/\xff\"}").0, "FP1202");
    refused(r#"{"path":"\ud800"}"#, "FP1202", "");
}

#[test]
fn what_was_expected_is_said_in_the_words_of_the_contract() {
    let said = |json: &str| {
        let error = RequestJson::new().parse(json.as_bytes()).unwrap_err();
        error.message().to_string()
    };
    assert_eq!(
        said(r#"{"port":"80"}"#),
        "port has an invalid type: string \"80\", expected an integer from 0 to 65535"
    );
    assert_eq!(
        said(r#"{"port":70000}"#),
        "port has an invalid value: integer `70000`, expected an integer from 0 to 65535"
    );
    assert_eq!(
        said(r#"{"random":[-1]}"#),
        "random[0] has an invalid value: integer `-1`, expected an integer from 0 to 2^64 - 1"
    );
    assert_eq!(
        said(r#"{"path":{}}"#),
        "path has an invalid type: object, expected a string"
    );
    assert_eq!(
        said(r#"{"path":tru}"#),
        "the line is not valid JSON: expected true, false or null"
    );
}

#[test]
fn a_wrong_field_is_named_with_its_place() {
    refused(r#"{"path":7}"#, "FP1203", "path");
    refused(r#"{"path":["/"]}"#, "FP1203", "path");
    refused(r#"{"method":{"a":[[[]]]}}"#, "FP1203", "method");
    refused(r#"{"path":"/","method":""}"#, "FP1203", "method");
    refused(r#"{"path":"/","method":"G T"}"#, "FP1203", "method");
    refused(r#"{"scheme":"ftp"}"#, "FP1203", "scheme");
    refused(r#"{"scheme":"HTTP"}"#, "FP1203", "scheme");
    refused(r#"{"protocol":"http4"}"#, "FP1203", "protocol");
    refused(r#"{"port":70000}"#, "FP1203", "port");
    refused(r#"{"port":"80"}"#, "FP1203", "port");
    refused(r#"{"port":-1}"#, "FP1203", "port");
    refused(r#"{"source_ip":"10.0.0"}"#, "FP1203", "source_ip");
    refused(r#"{"destination_ip":"x"}"#, "FP1203", "destination_ip");
    refused(r#"{"latin1":1}"#, "FP1203", "latin1");
    refused(r#"{"headers":"a: b"}"#, "FP1203", "headers");
    refused(
        r#"{"headers":[["a","b"],["c","d"],["e"]]}"#,
        "FP1203",
        "headers[2]",
    );
    refused(r#"{"headers":[["a","b","c"]]}"#, "FP1203", "headers[0]");
    refused(r#"{"headers":[["a",1]]}"#, "FP1203", "headers[0]");
    refused(r#"{"headers":[{"a":"b"}]}"#, "FP1203", "headers[0]");
    refused(r#"{"headers":{"a":1}}"#, "FP1203", "headers.a");
    refused(r#"{"headers":{"a":[1]}}"#, "FP1203", "headers.a");
    refused(r#"{"attributes":{"a":1}}"#, "FP1203", "attributes.a");
    refused(r#"{"attributes":[]}"#, "FP1203", "attributes");
    refused(r#"{"random":-1}"#, "FP1203", "random");
    refused(r#"{"random":1.5}"#, "FP1203", "random");
    refused(r#"{"random":18446744073709551616}"#, "FP1203", "random");
    refused(r#"{"random":[1,"2"]}"#, "FP1203", "random[1]");
}

#[test]
fn an_unknown_or_repeated_field_is_named() {
    refused(r#"{"path":"/","Path":"/"}"#, "FP1204", "Path");
    refused(r#"{"host":"a"}"#, "FP1204", "host");
    refused(r#"{"path":"/","path":"/b"}"#, "FP1205", "path");
    refused(r#"{"path":null,"path":"/b"}"#, "FP1205", "path");
    refused(
        r#"{"attributes":{"a":"1","a":"2"}}"#,
        "FP1205",
        "attributes.a",
    );
}

#[test]
fn deep_nesting_is_refused_without_descending() {
    let deep = "[".repeat(100_000);
    refused(&format!("{{\"headers\":{deep}"), "FP1203", "headers[0]");
    refused(&format!("{{\"x\":{deep}"), "FP1204", "x");
    refused(&deep, "FP1201", "");
}

#[test]
fn a_hostile_field_name_is_shown_short_and_harmless() {
    let json = format!("{{\"\\u001b[31m{}\":1}}", "a".repeat(1000));
    let field = error(json.as_bytes()).1;
    assert!(
        field.starts_with("\\u{1b}[31m") && field.len() < 100,
        "{field}"
    );
}
