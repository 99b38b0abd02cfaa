use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
};

use http::{HeaderMap, header::CACHE_CONTROL};
use reqwest::dns::Resolve as _;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpSocket},
};

use super::{
    address::{Refused, Resolver},
    loopback::{ENDLESS, Reply, Server, not_found, ok, redirect, text, with},
    *,
};

const JWKS: &str = r#"{"keys":[]}"#;

fn metadata(issuer: &str, keys: &str) -> Reply {
    ok(&serde_json::json!({ "issuer": issuer, "jwks_uri": keys, "other": [1] }).to_string())
}

fn issuer(issuer: impl Into<String>) -> Fetcher {
    Fetcher::new(Place::Issuer(issuer.into()), BTreeSet::new()).unwrap()
}

fn jwks(address: impl Into<String>) -> Fetcher {
    Fetcher::new(Place::Jwks(address.into()), BTreeSet::new()).unwrap()
}

fn reach(private_hosts: &[&str], loopback: bool) -> Reach {
    let private_hosts = private_hosts.iter().map(|text| address::host(text).unwrap()).collect();
    Reach { private_hosts, loopback }
}

async fn problem(fetcher: &Fetcher) -> Problem {
    fetcher.fetch().await.err().unwrap()
}

#[tokio::test]
async fn the_places_of_an_issuer_with_a_path_are_asked_in_order() {
    let server = Server::start(|path, origin| match path {
        "/t1/.well-known/openid-configuration" => {
            metadata(&format!("{origin}/t1"), &format!("{origin}/keys"))
        }
        "/keys" => with("Cache-Control: public, max-age=600\r\n", JWKS),
        _ => not_found(),
    })
    .await;
    let fetched = issuer(format!("{}/t1", server.origin())).fetch().await.ok().unwrap();
    assert_eq!(
        (fetched.document.as_str(), fetched.max_age),
        (JWKS, Some(Duration::from_secs(600)))
    );
    assert_eq!(
        server.paths(),
        [
            "/.well-known/oauth-authorization-server/t1",
            "/.well-known/openid-configuration/t1",
            "/t1/.well-known/openid-configuration",
            "/keys"
        ]
    );
}

#[tokio::test]
async fn an_issuer_without_a_path_has_two_places() {
    let server = Server::start(|_, _| not_found()).await;
    assert_eq!(problem(&issuer(server.origin())).await, Problem::Metadata(Flaw::Status));
    assert_eq!(
        server.paths(),
        ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
    );
}

#[tokio::test]
async fn a_trailing_slash_counts_for_the_issuer_and_not_for_its_places() {
    let server = Server::start(|path, origin| match path {
        "/.well-known/oauth-authorization-server/t1" => {
            metadata(&format!("{origin}/t1/"), &format!("{origin}/keys"))
        }
        "/keys" => ok(JWKS),
        _ => not_found(),
    })
    .await;
    assert!(issuer(format!("{}/t1/", server.origin())).fetch().await.is_ok());
    assert_eq!(server.paths().len(), 2);
    let without = issuer(format!("{}/t1", server.origin()));
    assert_eq!(problem(&without).await, Problem::Metadata(Flaw::OtherIssuer));
    // All three places were asked for one that is good.
    assert_eq!(server.paths().len(), 5);
}

#[tokio::test]
async fn metadata_that_cannot_be_used_is_passed_over() {
    let server = Server::start(|path, origin| match path {
        "/.well-known/oauth-authorization-server/t1" => {
            metadata("https://other.example", &format!("{origin}/other"))
        }
        "/.well-known/openid-configuration/t1" => redirect("https://login.example/"),
        "/t1/.well-known/openid-configuration" => {
            metadata(&format!("{origin}/t1"), &format!("{origin}/keys"))
        }
        _ => ok(JWKS),
    })
    .await;
    assert!(issuer(format!("{}/t1", server.origin())).fetch().await.is_ok());
    assert_eq!(server.paths().last().unwrap(), "/keys");
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_ends_the_search() {
    // Bound and not listening: the port is nobody else's either.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let gone = issuer(format!("http://127.0.0.1:{port}"));
    assert_eq!(problem(&gone).await, Problem::Metadata(Flaw::Connect));
    let gone = jwks(format!("http://127.0.0.1:{port}"));
    assert_eq!(problem(&gone).await, Problem::Keys(Flaw::Connect));
}

#[test]
fn metadata_is_one_object_of_this_very_issuer_with_a_fit_address() {
    const ISSUER: &str = "https://h.example/t1";
    let keys = |issuer: &str, text: &str| {
        keys_address(text.as_bytes(), issuer, &Url::parse(issuer).unwrap())
    };
    let good =
        r#" {"issuer":"https://h.example/t1","jwks_uri":"https://keys.example:8443/k?a=b"} "#;
    assert_eq!(keys(ISSUER, good).unwrap().as_str(), "https://keys.example:8443/k?a=b");
    for (bad, flaw) in [
        ("", Flaw::Document),
        ("null", Flaw::Document),
        (r#"["https://h.example/t1","https://h.example/k"]"#, Flaw::Document),
        (r#"{"issuer":"https://h.example/t1"}"#, Flaw::Document),
        (r#"{"issuer":"https://h.example/t1","jwks_uri":null}"#, Flaw::Document),
        (r#"{"issuer":"https://h.example/t1","jwks_uri":["https://h.example/k"]}"#, Flaw::Document),
        (
            r#"{"issuer":"https://h.example/t1","jwks_uri":"https://h.example/k"} {}"#,
            Flaw::Document,
        ),
        (
            r#"{"issuer":"https://h.example/t1","issu\u0065r":"https://h.example/t1","jwks_uri":"https://h.example/k"}"#,
            Flaw::Document,
        ),
        (
            "\u{feff}{\"issuer\":\"https://h.example/t1\",\"jwks_uri\":\"https://h.example/k\"}",
            Flaw::Document,
        ),
        (
            r#"{"issuer":"https://h.example/t1/","jwks_uri":"https://h.example/k"}"#,
            Flaw::OtherIssuer,
        ),
        (
            r#"{"issuer":"https://H.example/t1","jwks_uri":"https://h.example/k"}"#,
            Flaw::OtherIssuer,
        ),
    ] {
        assert_eq!(keys(ISSUER, bad).unwrap_err(), flaw, "{bad}");
    }
    let with = |issuer: &str, uri: &str| {
        keys(issuer, &serde_json::json!({ "issuer": issuer, "jwks_uri": uri }).to_string())
    };
    for bad in [
        "http://h.example/k",
        "http://127.0.0.1/k",
        "http://localhost/k",
        "file:///etc/passwd",
        "ftp://h.example/k",
        "data:application/json,{}",
        "/k",
        "https://user@h.example/k",
        "https://:secret@h.example/k",
        "https://h.example/k#f",
    ] {
        assert_eq!(with(ISSUER, bad).unwrap_err(), Flaw::Document, "{bad}");
    }
    assert!(with("http://127.0.0.1:1", "http://localhost/k").is_ok());
    assert_eq!(with("http://127.0.0.1:1", "http://h.example/k").unwrap_err(), Flaw::Document);
}

#[tokio::test]
async fn a_request_tells_nothing_but_what_it_wants() {
    let server = Server::start(|_, _| ok(JWKS)).await;
    jwks(format!("{}/k?p=1", server.origin())).fetch().await.ok().unwrap();
    let heard = server.heard.lock().unwrap().concat().to_ascii_lowercase();
    let mut lines: Vec<&str> = heard.lines().filter(|line| !line.is_empty()).collect();
    lines[1..].sort_unstable();
    let agent = concat!("user-agent: mcp-doorman/", env!("CARGO_PKG_VERSION"));
    let host = format!("host: 127.0.0.1:{}", server.port);
    assert_eq!(lines, ["get /k?p=1 http/1.1", "accept: application/json", &host, agent]);
}

#[tokio::test]
async fn only_status_200_counts() {
    for status in
        ["201 Created", "204 No Content", "206 Partial Content", "304 Not Modified", "500 No"]
    {
        let server = Server::start(move |_, _| {
            text(&format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n"))
        })
        .await;
        assert_eq!(problem(&jwks(server.origin())).await, Problem::Keys(Flaw::Status), "{status}");
    }
}

#[tokio::test]
async fn a_body_that_is_broken_off_or_no_text_is_no_document() {
    let server = Server::start(|_, _| with("Content-Length: 100\r\n", JWKS)).await;
    assert_eq!(problem(&jwks(server.origin())).await, Problem::Keys(Flaw::Broken));
    let server = Server::start(|_, _| text("no HTTP\r\n\r\n")).await;
    assert_eq!(problem(&jwks(server.origin())).await, Problem::Keys(Flaw::Broken));
    let latin = b"HTTP/1.1 200 OK\r\n\r\n{\"\xe9\":1}";
    let server = Server::start(|_, _| Reply::Bytes(latin.to_vec())).await;
    assert_eq!(problem(&jwks(server.origin())).await, Problem::Keys(Flaw::Document));
}

#[tokio::test]
async fn an_endless_body_is_not_read_to_its_end() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
    ] {
        let server = Server::start(move |_, _| Reply::Endless(head)).await;
        assert_eq!(problem(&jwks(server.origin())).await, Problem::Keys(Flaw::TooLarge), "{head}");
        assert!(server.written.load(Ordering::Relaxed) < ENDLESS, "{head}");
    }
}

#[tokio::test]
async fn the_largest_body_is_512_kib() {
    for (size, good) in [(512 * 1024, true), (512 * 1024 + 1, false)] {
        let server = Server::start(move |_, _| ok(&" ".repeat(size))).await;
        assert_eq!(jwks(server.origin()).fetch().await.is_ok(), good, "{size}");
    }
}

#[tokio::test]
async fn redirects_stay_within_the_origin() {
    let elsewhere = Server::start(|_, _| ok(JWKS)).await;
    let port = elsewhere.port;
    let server = Server::start(move |path, _| match path {
        "/port" => redirect(&format!("http://127.0.0.1:{port}/")),
        "/host" => redirect(&format!("http://localhost:{port}/")),
        "/metadata" => redirect("http://169.254.169.254/latest/meta-data/"),
        "/scheme" => redirect("https://127.0.0.1/"),
        "/relative" => redirect("//169.254.169.254/"),
        "/file" => redirect("file:///etc/passwd"),
        "/nowhere" => text("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
        _ => ok(JWKS),
    })
    .await;
    for path in ["port", "host", "metadata", "scheme", "relative", "file", "nowhere"] {
        let fetcher = jwks(format!("{}/{path}", server.origin()));
        assert_eq!(problem(&fetcher).await, Problem::Keys(Flaw::Redirect), "{path}");
    }
    assert!(elsewhere.paths().is_empty());
}

#[tokio::test]
async fn a_redirect_brings_no_credentials() {
    let server =
        Server::start(|_, origin| redirect(&origin.replace("http://", "http://user:secret@")))
            .await;
    assert_eq!(problem(&jwks(server.origin())).await, Problem::Keys(Flaw::Redirect));
    assert_eq!(server.paths().len(), 1);
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_fourth() {
    let server = Server::start(|path, origin| match path {
        "/4" => redirect(&format!("{origin}/3")),
        "/3" => redirect("2"),
        "/2" => redirect("/1"),
        "/1" => redirect("/0#fragment"),
        _ => ok(JWKS),
    })
    .await;
    assert!(jwks(format!("{}/3", server.origin())).fetch().await.is_ok());
    assert_eq!(server.paths(), ["/3", "/2", "/1", "/0"]);
    let fetcher = jwks(format!("{}/4", server.origin()));
    assert_eq!(problem(&fetcher).await, Problem::Keys(Flaw::Redirect));
    assert_eq!(server.paths()[4..], ["/4", "/3", "/2", "/1"]);
}

#[tokio::test]
async fn a_slow_server_has_the_total_time_and_no_more() {
    for head in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n{"] {
        let server = Server::start(move |_, _| Reply::Stall(head)).await;
        for mut fetcher in [issuer(server.origin()), jwks(server.origin())] {
            fetcher.total = Duration::from_millis(200);
            assert_eq!(problem(&fetcher).await, Problem::Timeout);
        }
    }
}

#[tokio::test]
async fn connecting_has_its_own_time_and_a_handshake_is_part_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    let client = Client::new(reach(&[], true), &address, Duration::from_millis(100)).unwrap();
    let flaw = client.get(&address).await.err();
    assert_eq!(flaw, Some(Flaw::Connect));
}

#[tokio::test]
async fn the_handshake_offers_tls_1_2_and_1_3_and_http_1_1_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let fetcher = jwks(format!("https://{}", listener.local_addr().unwrap()));
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 5];
        stream.read_exact(&mut head).await.unwrap();
        let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        stream.read_exact(&mut hello).await.unwrap();
        hello
    });
    assert_eq!(problem(&fetcher).await, Problem::Keys(Flaw::Connect));
    let hello = server.await.unwrap();
    let holds = |part: &[u8]| hello.windows(part.len()).any(|window| window == part);
    // The extensions `supported_versions` and `application_layer_protocol_negotiation`, whole.
    assert!(holds(&[0, 43, 0, 5, 4, 3, 4, 3, 3]));
    assert!(holds(b"\x00\x10\x00\x0b\x00\x09\x08http/1.1"));
}

/// The environment is set for a process of its own: this one has threads that read it.
#[test]
fn a_proxy_of_the_environment_is_not_asked() {
    let mut process = std::process::Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", "auth::discovery::tests::a_fetch_can_run_on_any_thread"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    {
        process.env(name, "http://127.0.0.1:1");
    }
    let output = process.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn the_address_that_a_name_leads_to_is_judged_before_it_is_asked() {
    let server = Server::start(|_, _| ok(JWKS)).await;
    let address = Url::parse(&format!("http://localhost:{}", server.port)).unwrap();
    let public = Client::new(reach(&[], false), &address, CONNECT).unwrap();
    assert_eq!(public.get(&address).await.err(), Some(Flaw::Refused));
    let literal = Url::parse(&server.origin()).unwrap();
    assert_eq!(public.get(&literal).await.err(), Some(Flaw::Refused));
    assert!(server.paths().is_empty());
    let local = Client::new(reach(&[], true), &address, CONNECT).unwrap();
    assert!(local.get(&address).await.is_ok());
}

#[tokio::test]
async fn the_resolver_refuses_with_an_error_that_can_be_told() {
    let resolve = |reach| Resolver(Arc::new(reach)).resolve("localhost".parse().unwrap());
    assert!(resolve(reach(&[], false)).await.err().unwrap().is::<Refused>());
    assert!(resolve(reach(&["localhost"], false)).await.is_ok());
}

#[tokio::test]
async fn metadata_cannot_lead_to_a_private_address() {
    let server = Server::start(|path, origin| match path {
        "/a/.well-known/openid-configuration" => {
            metadata(&format!("{origin}/a"), "https://169.254.169.254/keys")
        }
        "/b/.well-known/openid-configuration" => {
            metadata(&format!("{origin}/b"), "https://[::ffff:10.0.0.1]/keys")
        }
        _ => not_found(),
    })
    .await;
    for path in ["a", "b"] {
        let fetcher = issuer(format!("{}/{path}", server.origin()));
        assert_eq!(problem(&fetcher).await, Problem::Keys(Flaw::Refused), "{path}");
    }
}

#[test]
fn an_address_that_must_not_be_asked_is_refused_at_the_start() {
    for bad in [
        "",
        "sso.example.com",
        "http://sso.example.com",
        "http://localhost.example",
        "http://10.0.0.1",
        "http://[::ffff:127.0.0.1]",
        "file:///keys.json",
        "ftp://sso.example.com",
        "https://user:secret@sso.example.com",
        "https://sso.example.com/#secret",
        "https://10.0.0.1",
        "https://[fd00::1]",
        "https://169.254.169.254/",
        "https://8.8.8.8:99999/",
    ] {
        for place in [Place::Issuer(bad.into()), Place::Jwks(bad.into())] {
            let error = Fetcher::new(place, BTreeSet::new()).err().unwrap().to_string();
            assert!(!error.contains("secret") && !error.contains("example"), "{bad}: {error}");
        }
    }
    for good in
        ["https://8.8.8.8", "https://sso.example.com:8443/a", "http://127.9.9.9", "http://[::1]:1"]
    {
        issuer(good);
        jwks(format!("{good}?a=b"));
    }
    let with_query = Place::Issuer("https://sso.example.com?a=b".into());
    assert!(Fetcher::new(with_query, BTreeSet::new()).is_err());
}

#[test]
fn private_hosts_are_hosts() {
    let with = |host: &str| {
        Fetcher::new(Place::Issuer("https://10.0.0.1".into()), BTreeSet::from([host.to_owned()]))
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    for good in ["10.0.0.1", "0xa.1"] {
        assert_eq!(with(good), Ok(()), "{good}");
    }
    for other in ["10.0.0.2", "sso.example.com", "::1", "[fd00::1]"] {
        assert!(with(other).unwrap_err().contains("`issuer` is on a private host"), "{other}");
    }
    for bad in ["", "sso.example.com:443", "https://sso.example.com", "a/b", "10.0.0.0/8"] {
        assert!(with(bad).unwrap_err().contains("`allow_private_host`"), "{bad}");
    }
}

#[test]
fn only_public_addresses_are_asked_of_a_public_host() {
    let (reach, host) = (reach(&["db.corp"], true), address::host("sso.example.com").unwrap());
    let allows = |ip: &str| reach.allows(&host, ip.parse::<IpAddr>().unwrap());
    for good in
        "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
        169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 \
        192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 \
        198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 2000:: \
        2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 2606:4700:4700::1111 3ffe:ffff:: \
        3fff:1000::"
            .split(' ')
    {
        assert!(allows(good), "{good}");
    }
    for bad in
        "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 \
        127.0.0.1 127.255.255.255 168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255 \
        172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.0 \
        192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 \
        239.255.255.255 240.0.0.0 255.255.255.255 :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:8.8.8.8 \
        ::ffff:127.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::a9fe:a9fe 64:ff9b:1::1 \
        100::1 1fff:ffff:: 2001::1 2001:1ff:ffff:: 2001:db8::1 2001:db8:ffff:: 2002::1 \
        2002:7f00:1:: 2002:ffff:: 3fff:: 3fff:fff:ffff:: 4000:: 5f00::1 fc00::1 fd00::1 \
        fd00:ec2::254 fe80::1 febf::1 fec0::1 ff02::1"
            .split(' ')
    {
        assert!(!allows(bad), "{bad}");
    }
}

#[test]
fn a_private_host_leads_anywhere_but_to_what_no_name_should() {
    let reach = reach(&["db.corp", "169.254.1.1", "fe80::1", "0.0.0.0"], false);
    let allows = |host: &str, ip: &str| {
        reach.allows(&address::host(host).unwrap(), ip.parse::<IpAddr>().unwrap())
    };
    for good in [
        "8.8.8.8",
        "10.0.0.1",
        "127.0.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2606:4700::1",
    ] {
        assert!(allows("db.corp", good), "{good}");
        assert!(allows("DB.corp", good), "{good}");
    }
    for bad in
        "0.0.0.0 0.0.0.1 169.254.169.254 169.254.1.1 224.0.0.1 255.255.255.255 100.100.100.200 \
        168.63.129.16 :: fe80::1 febf::1 ff02::1 fd00:ec2::254 fd00:c1::a9fe:a9fe fd20:ce::254 \
        ::169.254.169.254 ::ffff:169.254.169.254 64:ff9b::169.254.169.254 64:ff9b:1::a9fe:a9fe \
        2002:a9fe:a9fe:: 2001::1"
            .split(' ')
    {
        assert!(!allows("db.corp", bad), "{bad}");
    }
    for literal in ["169.254.1.1", "fe80::1", "0.0.0.0"] {
        assert!(allows(literal, literal), "{literal}");
    }
    assert!(!allows("169.254.1.2", "169.254.1.2") && !allows("sub.db.corp", "10.0.0.1"));
}

#[test]
fn a_loopback_host_leads_to_loopback_only_and_no_other_host_does() {
    let allows = |reach: &Reach, host: &str, ip: &str| {
        reach.allows(&address::host(host).unwrap(), ip.parse::<IpAddr>().unwrap())
    };
    let local = reach(&[], true);
    for (host, ip, good) in [
        ("localhost", "127.0.0.1", true),
        ("localhost", "127.9.9.9", true),
        ("localhost", "::1", true),
        ("127.0.0.1", "127.0.0.1", true),
        ("localhost", "8.8.8.8", false),
        ("localhost", "10.0.0.1", false),
        ("localhost", "::ffff:127.0.0.1", false),
        ("sso.example.com", "127.0.0.1", false),
        ("localhost.", "127.0.0.1", false),
    ] {
        assert_eq!(allows(&local, host, ip), good, "{host} {ip}");
        assert!(!allows(&reach(&[], false), host, ip), "{host} {ip}");
    }
}

#[test]
fn one_refused_address_refuses_the_host() {
    let (reach, host) = (reach(&[], false), address::host("sso.example.com").unwrap());
    let check = |found: &[&str]| {
        reach.check(&host, found.iter().map(|text| text.parse().unwrap()).collect())
    };
    assert_eq!(check(&["8.8.8.8:0", "[2606:4700::1]:0"]).unwrap().len(), 2);
    assert!(check(&["8.8.8.8:0", "10.0.0.1:0"]).is_err());
    assert!(check(&["[::ffff:8.8.8.8]:0", "8.8.8.8:0"]).is_err());
}

#[test]
fn an_ip_address_is_judged_however_it_is_spelled() {
    for bad in [
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://①②⑦.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https:\\\\127.0.0.1\\",
        "https:127.0.0.1",
        "https://x@127.0.0.1/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:7f00:1]/",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://[::169.254.169.254]/",
        "https://[64:ff9b::a00:1]/",
        "https://0/",
    ] {
        let address = Url::parse(bad).unwrap();
        assert!(reach(&[], false).check_literal(&address).is_err(), "{bad}: {address}");
    }
    for good in ["https://134744072/", "https://0x8.8.8.8/", "https://sso.example.com/"] {
        assert!(reach(&[], false).check_literal(&Url::parse(good).unwrap()).is_ok(), "{good}");
    }
    // This one is loopback as well, so it may be asked without TLS.
    assert!(address::read("http://0x7f.1/").is_ok() && address::read("http://0xa.1/").is_err());
}

#[test]
fn freshness_is_read_with_care() {
    let read = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, value.parse().unwrap());
        }
        client::max_age(&headers).map(|age| age.as_secs())
    };
    for (values, seconds) in [
        (&[][..], None),
        (&[""], None),
        (&["public"], None),
        (&["s-maxage=600, x-max-age=5"], None),
        (&["private=\"max-age=5, max-age=6\""], None),
        (&["private=\"a\\\", max-age=5\""], None),
        (&["public, max-age=600"], Some(600)),
        (&["Max-Age = 600 ,public"], Some(600)),
        (&["max-age=\"600\""], Some(600)),
        (&["max-age=0"], Some(0)),
        (&["max-age=600, max-age=60"], Some(60)),
        (&["max-age=60", "public, max-age=600"], Some(60)),
        (&["private=\"a", "max-age=60"], Some(60)),
        (&["max-age=99999999999999999999999"], Some(1 << 31)),
        (&["max-age=18446744073709551615"], Some(1 << 31)),
        (&["max-age"], Some(0)),
        (&["max-age="], Some(0)),
        (&["max-age=-1"], Some(0)),
        (&["max-age=+1"], Some(0)),
        (&["max-age=1.5"], Some(0)),
        (&["max-age=soon"], Some(0)),
        (&["max-age=\"600"], Some(0)),
        (&["no-store"], Some(0)),
        (&["max-age=600, No-Cache"], Some(0)),
        (&["no-cache=\"set-cookie\", max-age=600"], Some(0)),
    ] {
        assert_eq!(read(values), seconds, "{values:?}");
    }
}

#[tokio::test]
async fn a_fetch_can_run_on_any_thread() {
    let server = Server::start(|_, _| ok(JWKS)).await;
    let fetcher = jwks(server.origin());
    let task = tokio::spawn(async move { fetcher.fetch().await.is_ok() });
    assert!(task.await.unwrap());
}
