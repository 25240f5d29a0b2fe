//! Tokens and roles: every call of the contract is listed with what it needs, and refused without it.

use std::time::{Duration, Instant};

use matcher_grpc::auth::{ACCESS, Lifetime, Need, Role, create_token, need_of};
use matcher_grpc::settings::Settings;
use matcher_grpc::store::Tenant;
use matcher_grpc::wire::{DESCRIPTORS, v1};
use prost::Message as _;
use tonic::Code;
use tonic::codegen::http::uri::PathAndQuery;
use tonic_prost::ProstCodec;

use crate::harness::{Service, allocate, hard_options, hard_town, within};
use crate::plain::ask;

/// Every call of the contract, as its path.
pub(crate) fn calls() -> Vec<String> {
    let files = prost_types::FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
    let ours = files.iter().filter(|file| file.package() == "matcher.v1");
    let services = ours.flat_map(|file| &file.service);
    services.flat_map(|service| service.method.iter().map(|m| format!("/matcher.v1.{}/{}", service.name(), m.name()))).collect()
}

#[test]
fn every_call_says_what_it_needs() {
    let calls = calls();
    assert!(calls.len() >= 20 && calls.len() == ACCESS.len(), "{calls:?}");
    for call in &calls {
        assert!(need_of(call).is_some(), "{call} is not listed in auth/access.rs");
    }
    // Only one call makes an allocation, and it cannot be made without a person and a reason.
    let deciding: Vec<_> = ACCESS.iter().filter(|access| access.1 == Need::Decide).map(|access| access.0).collect();
    assert_eq!(deciding, ["/matcher.v1.AllocationService/Decide"]);
}

/// Calls `path` with an empty message.
async fn call(service: &Service, path: &str, token: Option<&str>) -> Code {
    let mut client = tonic::client::Grpc::new(service.channel().await);
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(());
    if let Some(token) = token {
        request.metadata_mut().insert("authorization", token.parse().unwrap());
    }
    let path = PathAndQuery::try_from(path).unwrap();
    client.unary::<(), (), _>(request, path, ProstCodec::<(), ()>::default()).await.map_or_else(|refused| refused.code(), |_| Code::Ok)
}

#[tokio::test]
async fn no_call_is_answered_without_a_token_that_holds() {
    within(async {
        let service = Service::with(|limits| limits.token_failures = 1_000).await;
        let token = service.token("town", Role::Admin);
        let revoked = service.token("town", Role::Admin);
        let id = service.store.tokens().unwrap().last().unwrap().id.clone();
        assert!(service.store.revoke_token(&id, matcher_grpc::auth::now_ms()).unwrap());
        let (bearer, none) = (format!("Bearer {token}"), format!("Bearer {}0", &token[..token.len() - 1]));
        for path in calls() {
            for wrong in [None, Some(none.as_str()), Some(&format!("Bearer {revoked}")), Some(&token), Some("Basic YTpi"), Some("Bearer ")]
            {
                assert_eq!(call(&service, &path, wrong).await, Code::Unauthenticated, "{path} with {wrong:?}");
            }
            assert_ne!(call(&service, &path, Some(&bearer)).await, Code::Unauthenticated, "{path}");
        }
        assert_eq!(call(&service, "/matcher.v1.AllocationService/Approve", Some(&bearer)).await, Code::Unimplemented);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_refused_soon_after_it_is_revoked_and_once_it_has_expired() {
    within(async {
        let service = Service::start().await;
        let path = "/matcher.v1.AllocationService/ListRuns";
        let (token, id) = create_token(&*service.store, &Tenant("town".into()), Role::Viewer, "a test", Lifetime::Unlimited).unwrap();
        let bearer = format!("Bearer {token}");
        assert_eq!(call(&service, path, Some(&bearer)).await, Code::Ok);
        service.store.revoke_token(&id, matcher_grpc::auth::now_ms()).unwrap();
        let since = Instant::now();
        while call(&service, path, Some(&bearer)).await == Code::Ok {
            assert!(since.elapsed() < Duration::from_secs(3));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let short = Lifetime::For(Duration::from_secs(1));
        let (token, _) = create_token(&*service.store, &Tenant("town".into()), Role::Viewer, "a test", short).unwrap();
        let (bearer, since) = (format!("Bearer {token}"), Instant::now());
        assert_eq!(call(&service, path, Some(&bearer)).await, Code::Ok);
        while call(&service, path, Some(&bearer)).await == Code::Ok {
            assert!(since.elapsed() < Duration::from_secs(3));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(since.elapsed() >= Duration::from_millis(900));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_sends_wrong_tokens_waits() {
    within(async {
        // FAULTS 126.
        let service = Service::with(|limits| (limits.token_failures, limits.token_wait_s) = (3, 2)).await;
        let path = "/matcher.v1.AllocationService/ListRuns";
        let (known, fresh) = (service.token("town", Role::Viewer), service.token("town", Role::Viewer));
        let bearer = |token: &str| format!("Bearer {token}");
        assert_eq!(call(&service, path, Some(&bearer(&known))).await, Code::Ok);
        for guess in 0..4 {
            assert_eq!(call(&service, path, Some(&bearer(&format!("mtch_{guess}")))).await, Code::Unauthenticated, "guess {guess}");
        }
        let since = Instant::now();
        // Whatever it is, right or wrong, it is not looked at; who was there before goes on.
        assert_eq!(call(&service, path, Some(&bearer("mtch_5"))).await, Code::ResourceExhausted);
        assert_eq!(call(&service, path, Some(&bearer(&fresh))).await, Code::ResourceExhausted);
        assert_eq!(call(&service, path, Some(&bearer(&known))).await, Code::Ok);
        assert_eq!(call(&service, path, None).await, Code::Unauthenticated);
        while call(&service, path, Some(&bearer(&fresh))).await != Code::Ok {
            assert!(since.elapsed() < Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(since.elapsed() > Duration::from_millis(500), "{:?}", since.elapsed());
    })
    .await;
}

/// Asks for runs with a token, through a proxy that says for whom.
async fn through_a_proxy(service: &Service, token: &str, whom: &str) -> u16 {
    let (bearer, forwarded) = (format!("Authorization: Bearer {token}"), format!("X-Forwarded-For: {whom}"));
    let headers = [bearer.as_str(), forwarded.as_str(), "Content-Type: application/json"];
    ask(service.address, "POST", "/matcher.v1.AllocationService/ListRuns", &headers, b"{}").await.status
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_waits_for_its_own_guesses() {
    within(async {
        let limits = |settings: &mut Settings| (settings.limits.token_failures, settings.limits.token_wait_s) = (3, 60);
        let service = Service::set(|settings| {
            limits(settings);
            settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        });
        let service = service.await;
        let fresh = service.token("town", Role::Viewer);
        for _ in 0..4 {
            assert_eq!(through_a_proxy(&service, "mtch_x", "203.0.113.7").await, 401);
        }
        // What the client itself wrote before the proxy's word helps nobody.
        assert_eq!(through_a_proxy(&service, &fresh, "198.51.100.1, 203.0.113.7").await, 429);
        assert_eq!(through_a_proxy(&service, &fresh, "203.0.113.8").await, 200);
        // Nobody is believed by default.
        let service = Service::set(limits).await;
        let fresh = service.token("town", Role::Viewer);
        for guess in 0..4 {
            assert_eq!(through_a_proxy(&service, "mtch_x", &format!("203.0.113.{guess}")).await, 401);
        }
        assert_eq!(through_a_proxy(&service, &fresh, "203.0.113.8").await, 429);
    })
    .await;
}

#[tokio::test]
async fn each_role_does_its_own_and_no_more() {
    within(async {
        let service = Service::start().await;
        for role in Role::ALL {
            let bearer = format!("Bearer {}", service.token("town", role));
            for (path, need) in ACCESS {
                let code = call(&service, path, Some(&bearer)).await;
                assert_eq!(code == Code::PermissionDenied, !role.may(*need), "{role:?} {path}: {code:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_when_its_token_is_revoked() {
    within(async {
        // FAULTS 124.
        let service = Service::with(|limits| limits.queue = 4).await;
        let mut clients = service.clients("town", Role::Planner).await;
        let dataset = clients.create(&hard_town()).await;
        let request = v1::AllocateRequest { options: Some(hard_options()), ..allocate(&dataset.dataset_id) };
        let run = clients.allocation.allocate(request).await.unwrap().into_inner().run.unwrap();
        let watcher = service.token("town", Role::Viewer);
        let mut watching = service.clients_of(&watcher).await;
        let mut stream = watching
            .allocation
            .watch_run(v1::WatchRunRequest { run_id: run.run_id.clone(), after_sequence: 0 })
            .await
            .unwrap()
            .into_inner();
        assert!(stream.message().await.unwrap().is_some());
        let id = service.store.tokens().unwrap().last().unwrap().id.clone();
        service.store.revoke_token(&id, matcher_grpc::auth::now_ms()).unwrap();
        let since = Instant::now();
        let refused = loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the run has ended"),
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused.code(), Code::Unauthenticated);
        assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
        clients.allocation.cancel_run(v1::CancelRunRequest { run_id: run.run_id, keep_best: false }).await.unwrap();
    })
    .await;
}
