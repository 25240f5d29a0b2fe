//! What needs no token: health, and on loopback the protos.

use matcher_grpc::auth::Role;
use tokio_stream::StreamExt as _;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::harness::{Service, within};
use crate::runs::long_run;

const SERVICES: [&str; 4] =
    ["matcher.v1.AllocationService", "matcher.v1.DatasetService", "matcher.v1.ExplanationService", "matcher.v1.ScoringService"];

#[tokio::test]
async fn health_is_told_service_by_service() {
    within(async {
        let service = Service::start().await;
        let mut health = HealthClient::new(service.channel().await);
        for name in [""].into_iter().chain(SERVICES) {
            let answer = health.check(HealthCheckRequest { service: name.into() }).await.unwrap().into_inner();
            assert_eq!(answer.status(), ServingStatus::Serving, "{name}");
        }
        let unknown = health.check(HealthCheckRequest { service: "matcher.v1.Nothing".into() }).await.unwrap_err();
        assert_eq!(unknown.code(), Code::NotFound);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_stopped_says_first_that_it_is_not_ready() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        // Something is under way, so that the door stays for as long as the settings say.
        long_run(&mut clients).await;
        let mut health = HealthClient::new(service.channel().await);
        let mut states = health.watch(HealthCheckRequest { service: String::new() }).await.unwrap().into_inner();
        assert_eq!(states.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
        let address = service.address;
        let stopped = tokio::spawn(service.stop());
        assert_eq!(states.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
        // No new connection is taken while what works is waited for.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!stopped.is_finished() && tokio::net::TcpStream::connect(address).await.is_err());
        stopped.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn reflection_names_the_services_in_both_versions() {
    within(async {
        let service = Service::start().await;
        let channel = service.channel().await;
        let question = v1::server_reflection_request::MessageRequest::ListServices(String::new());
        let request = v1::ServerReflectionRequest { host: String::new(), message_request: Some(question) };
        let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel.clone());
        let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
        let Some(v1::server_reflection_response::MessageResponse::ListServicesResponse(list)) =
            answers.next().await.unwrap().unwrap().message_response
        else {
            panic!("a list of services")
        };
        assert!(SERVICES.iter().all(|name| list.service.iter().any(|service| service.name == *name)), "{list:?}");
        let question = v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(SERVICES[0].into());
        let request = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(question) };
        let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
        let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
        let Some(v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(files)) =
            answers.next().await.unwrap().unwrap().message_response
        else {
            panic!("the file of a service")
        };
        assert!(!files.file_descriptor_proto.is_empty());
    })
    .await;
}
