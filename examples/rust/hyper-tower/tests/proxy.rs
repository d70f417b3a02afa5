//! The program, with backends on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes a second; what takes this long hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The proxy; ended when the test is over, however that goes.
struct Proxy {
    child: Child,
    address: SocketAddr,
}

impl Proxy {
    fn start(backends: &[(&str, SocketAddr)]) -> Self {
        Self::with(&manifests(), backends, Stdio::inherit())
    }

    fn with(manifests: &Path, backends: &[(&str, SocketAddr)], stderr: Stdio) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hyper-tower"));
        command.arg(manifests).arg("127.0.0.1:0");
        for (name, address) in backends {
            command.arg(format!("{name}={address}"));
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        let read = BufReader::new(output).read_line(&mut line);
        let address = line.trim().strip_prefix("listening on ");
        let Some(address) = address.and_then(|address| address.parse().ok()) else {
            child.kill().unwrap();
            panic!("the proxy said {line:?} ({read:?})");
        };
        Self { child, address }
    }

    /// The answer to a GET: status, head and body.
    fn get(&self, host: &str, path: &str, headers: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_ascii_lowercase(), body.to_string())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The manifests of the example.
fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests")
}

/// A backend whose answer is its name and the head that it was sent.
fn backend(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || echo(name, stream));
        }
    });
    address
}

fn echo(name: &str, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    while reader.read_line(&mut head)? > 2 {}
    let body = format!("{name}\n{}", head.to_ascii_lowercase());
    let length = body.len();
    write!(
        stream,
        "HTTP/1.0 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

#[test]
fn requests_go_where_the_manifests_say() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let proxy = Proxy::start(&[("cart", backend("cart")), ("users", backend("users"))]);

    // Forwarded as it came, and the answer is marked.
    let (status, head, body) = proxy.get("shop.example", "/cart/42?n=1", "");
    assert_eq!(status, 200);
    // The backend's version is not the client's.
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("x-served-by: cart"), "{head}");
    assert!(
        body.starts_with("cart\nget /cart/42?n=1 http/1.1\r\n"),
        "{body}"
    );
    assert!(body.contains("host: shop.example\r\n"), "{body}");

    // Rewritten: path, authority and headers.
    let headers = "x-debug: 1\r\nx-edge: forged\r\n";
    let (status, _, body) = proxy.get("shop.example", "/api/users/7?full=1", headers);
    assert_eq!(status, 200);
    assert!(
        body.starts_with("users\nget /v2/7?full=1 http/1.1\r\n"),
        "{body}"
    );
    assert!(body.contains("host: users.internal\r\n"), "{body}");
    assert!(body.contains("x-edge: hyper\r\n"), "{body}");
    assert!(
        !body.contains("forged") && !body.contains("x-debug"),
        "{body}"
    );

    // Answered here: a redirect, a response, no route.
    let (status, head, _) = proxy.get("shop.example", "/basket/1?n=2", "");
    assert_eq!(status, 308);
    assert!(
        head.contains("location: http://shop.example/cart/1?n=2\r\n"),
        "{head}"
    );
    assert_eq!(proxy.get("shop.example", "/closed", "").0, 500);
    assert_eq!(proxy.get("shop.example", "/", "").0, 404);
    assert_eq!(proxy.get("other.example", "/cart", "").0, 404);
    assert_eq!(proxy.get("not a host", "/cart", "").0, 400);

    // Two spellings of one path are one path.
    let (_, _, body) = proxy.get("shop.example", "/x/../api/users/../users/7", "");
    assert!(body.starts_with("users\nget /v2/7 "), "{body}");
    drop(proxy);

    // A backend that is not there, and one that nobody knows.
    let proxy = Proxy::start(&[("cart", silent.unwrap())]);
    assert_eq!(proxy.get("shop.example", "/cart", "").0, 502);
    assert_eq!(proxy.get("shop.example", "/api/users", "").0, 503);
}

#[test]
fn manifests_that_change_are_taken_and_errors_keep_what_was() {
    let folder = std::env::temp_dir().join(format!("hyper-tower-watch-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["gateway.yaml", "shop.yaml"] {
        std::fs::copy(manifests().join(name), folder.join(name)).unwrap();
    }
    let mut proxy = Proxy::with(&folder, &[("cart", backend("cart"))], Stdio::piped());
    let mut told = BufReader::new(proxy.child.stderr.take().unwrap()).lines();
    assert_eq!(proxy.get("shop.example", "/cart", "").0, 200);
    assert_eq!(proxy.get("shop.example", "/basket", "").0, 308);

    // An error: everything stays as it was.
    std::fs::write(folder.join("bad.yaml"), "apiVersion: [").unwrap();
    let is_kept = |line: std::io::Result<String>| line.unwrap().contains("stays in use");
    assert!(told.any(is_kept));
    assert_eq!(proxy.get("shop.example", "/cart", "").0, 200);

    // Without it, and with the cart under another path.
    let shop = std::fs::read_to_string(folder.join("shop.yaml")).unwrap();
    std::fs::write(
        folder.join("shop.yaml"),
        shop.replace("value: /cart", "value: /trolley"),
    )
    .unwrap();
    std::fs::remove_file(folder.join("bad.yaml")).unwrap();
    let began = Instant::now();
    while proxy.get("shop.example", "/trolley", "").0 != 200 {
        assert!(began.elapsed() < PATIENCE, "the change is not taken");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(proxy.get("shop.example", "/cart", "").0, 404);
    drop(proxy);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_folder_with_an_error_starts_no_proxy() {
    let folder = std::env::temp_dir().join(format!("hyper-tower-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bad.yaml"), "apiVersion: [").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyper-tower"));
    let output = command.arg(&folder).arg("127.0.0.1:0").output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    // file:line:column: severity[CODE]: message
    let mut lines = error.lines();
    assert_eq!(lines.next(), Some("hyper-tower: routes are refused"));
    let line = lines.next().unwrap_or_default();
    assert!(
        line.contains("bad.yaml:1:") && line.contains(": error[FP"),
        "{error}"
    );
}
