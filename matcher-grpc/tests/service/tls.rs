//! TLS: with a certificate the service speaks nothing else, and to clients that trust it.

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

use crate::harness::{Clients, Service, within};

fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[tokio::test]
async fn with_a_certificate_the_service_speaks_tls_and_nothing_else() {
    within(async {
        let (chain, key) = certificate();
        let service = Service::secured(&chain, &key).await;
        let token = service.token("town", Role::Viewer);
        let trusting = |pem: &str| {
            let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)).domain_name("localhost");
            Endpoint::from_shared(format!("https://{}", service.address)).unwrap().tls_config(tls).unwrap()
        };
        let mut clients = Clients::on(trusting(&chain).connect().await.unwrap(), &token);
        assert!(clients.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap().into_inner().runs.is_empty());
        let other = certificate().0;
        assert!(trusting(&other).connect().await.is_err(), "a client that trusts another certificate");
        let plain = Endpoint::from_shared(format!("http://{}", service.address)).unwrap().connect_lazy();
        assert!(Clients::on(plain, &token).allocation.list_runs(v1::ListRunsRequest::default()).await.is_err(), "without TLS");
    })
    .await;
}
