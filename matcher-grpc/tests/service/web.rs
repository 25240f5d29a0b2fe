//! grpc-web over HTTP/1.1, and what browsers let other pages do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use prost::Message as _;

use crate::harness::{Service, within};
use crate::plain::{Answer, ask};

const LIST: &str = "/matcher.v1.AllocationService/ListRuns";

/// A message as gRPC frames it.
fn framed(message: &[u8]) -> Vec<u8> {
    [&[0], &(message.len() as u32).to_be_bytes()[..], message].concat()
}

/// Messages and trailers in the body of an answer.
fn read(body: &[u8]) -> (Vec<Vec<u8>>, String) {
    let (mut rest, mut messages, mut trailers) = (body, Vec::new(), String::new());
    while let Some((&[flag, a, b, c, d], after)) = rest.split_first_chunk::<5>() {
        let (content, after) = after.split_at(u32::from_be_bytes([a, b, c, d]) as usize);
        if flag == 0x80 {
            trailers += str::from_utf8(content).unwrap();
        } else {
            messages.push(content.to_vec());
        }
        rest = after;
    }
    (messages, trailers)
}

async fn list(service: &Service, kind: &str, more: &[&str], body: &[u8]) -> Answer {
    let headers: Vec<&str> = [kind, "X-Grpc-Web: 1"].into_iter().chain(more.iter().copied()).collect();
    ask(service.address, "POST", LIST, &headers, body).await
}

#[tokio::test]
async fn a_page_calls_over_http_1() {
    within(async {
        let service = Service::start().await;
        let bearer = format!("Authorization: Bearer {}", service.token("town", Role::Viewer));
        let request = framed(&v1::ListRunsRequest { page_size: 7, ..v1::ListRunsRequest::default() }.encode_to_vec());
        let answer = list(&service, "Content-Type: application/grpc-web+proto", &[&bearer], &request).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/grpc-web+proto")));
        let (messages, trailers) = read(&answer.body);
        assert_eq!((v1::ListRunsResponse::decode(messages[0].as_slice()).unwrap().runs.len(), messages.len()), (0, 1));
        assert!(trailers.contains("grpc-status:0"), "{trailers}");
        // In text, for browsers that take no bytes.
        let text = ["Content-Type: application/grpc-web-text", "Accept: application/grpc-web-text"];
        let answer = list(&service, text[0], &[text[1], &bearer], STANDARD.encode(&request).as_bytes()).await;
        assert_eq!(answer.header("content-type"), Some("application/grpc-web-text+proto"));
        assert!(answer.text().starts_with(&STANDARD.encode(framed(&[]))[..4]), "{}", answer.text());
        // The same layer as for all others.
        let refused = list(&service, "Content-Type: application/grpc-web+proto", &[], &request).await;
        assert_eq!((refused.status, refused.header("grpc-status")), (200, Some("16")));
        let lines = service.lines.text();
        assert_eq!(lines.matches("\"door\":\"web\"").count(), 3, "{lines}");
    })
    .await;
}

#[tokio::test]
async fn pages_of_other_origins_are_let_in_only_where_they_are_named() {
    within(async {
        let origin = "Origin: https://plan.example.org";
        let preflight = [origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,x-grpc-web"];
        let allowed = "access-control-allow-origin";
        let closed = Service::start().await;
        let kind = "Content-Type: application/grpc-web+proto";
        assert_eq!(list(&closed, kind, &[origin], &framed(&[])).await.header(allowed), None);
        let asked = ask(closed.address, "OPTIONS", LIST, &preflight, b"").await;
        assert!(asked.header(allowed).is_none() && asked.header("access-control-allow-headers").is_none(), "{asked:?}");
        let open = Service::set(|settings| settings.cors_origins = vec!["https://plan.example.org".into()]).await;
        let asked = ask(open.address, "OPTIONS", LIST, &preflight, b"").await;
        assert_eq!((asked.status, asked.header(allowed)), (200, Some("https://plan.example.org")));
        assert!(asked.header("access-control-allow-headers").unwrap().contains("authorization"));
        assert!(asked.header("access-control-allow-credentials").is_none());
        let answer = list(&open, kind, &[origin], &framed(&[])).await;
        assert_eq!(answer.header(allowed), Some("https://plan.example.org"));
        assert!(answer.header("access-control-expose-headers").unwrap().contains("grpc-status"));
        let other = list(&open, kind, &["Origin: https://elsewhere.example.org"], &framed(&[])).await;
        assert_eq!(other.header(allowed), None);
    })
    .await;
}
