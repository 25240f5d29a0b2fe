//! TLS: with a certificate the service speaks nothing else, and to clients that trust it; another one is taken up while it runs.

use std::time::{Duration, Instant};

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
        let service = Service::secured(&chain, &key, 10).await;
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

/// Whether a new connection sees this certificate.
async fn shows(service: &Service, pem: &str) -> bool {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)).domain_name("localhost");
    let endpoint = Endpoint::from_shared(format!("https://{}", service.address)).unwrap().tls_config(tls).unwrap();
    endpoint.connect().await.is_ok()
}

async fn until_shown(service: &Service, pem: &str) {
    let since = Instant::now();
    while !shows(service, pem).await {
        assert!(since.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_taken_up_and_a_bad_one_is_not() {
    within(async {
        let (first, second, third) = (certificate(), certificate(), certificate());
        // The files are looked at each second.
        let service = Service::secured(&first.0, &first.1, 1).await;
        let write = |chain: &str, key: &str| {
            std::fs::write(service.folder().join("chain.pem"), chain).unwrap();
            std::fs::write(service.folder().join("key.pem"), key).unwrap();
        };
        assert!(shows(&service, &first.0).await && !shows(&service, &second.0).await);
        // A connection from before goes on.
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&first.0)).domain_name("localhost");
        let old = Endpoint::from_shared(format!("https://{}", service.address)).unwrap().tls_config(tls).unwrap();
        let mut old = Clients::on(old.connect().await.unwrap(), &service.token("town", Role::Viewer));
        write(&second.0, &second.1);
        until_shown(&service, &second.0).await;
        assert!(!shows(&service, &first.0).await);
        old.allocation.list_runs(v1::ListRunsRequest::default()).await.unwrap();
        // Neither a key of another certificate nor something else is taken, and the log says so.
        for (chain, key, words) in
            [(&third.0, &second.1, "chain.pem"), (&third.0, &"no key".to_owned(), "key.pem"), (&String::new(), &third.1, "chain.pem")]
        {
            let before = service.lines.text().matches("certificate refused").count();
            write(chain, key);
            let since = Instant::now();
            while service.lines.text().matches("certificate refused").count() == before {
                assert!(since.elapsed() < Duration::from_secs(10), "{words}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let text = service.lines.text();
            let line = text.lines().rfind(|line| line.contains("certificate refused")).unwrap();
            assert!(line.contains(words) && !line.contains("BEGIN"), "{line}");
            assert!(shows(&service, &second.0).await && !shows(&service, &third.0).await);
        }
    })
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_read_when_the_process_is_told_to() {
    within(async {
        let (first, second) = (certificate(), certificate());
        // The files are looked at each hour.
        let service = Service::secured(&first.0, &first.1, 3_600).await;
        assert!(shows(&service, &first.0).await);
        std::fs::write(service.folder().join("key.pem"), &second.1).unwrap();
        std::fs::write(service.folder().join("chain.pem"), &second.0).unwrap();
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(shows(&service, &first.0).await, "nobody has looked yet");
        let hangup = std::process::Command::new("kill").args(["-HUP", &std::process::id().to_string()]).status().unwrap();
        assert!(hangup.success());
        until_shown(&service, &second.0).await;
        assert!(service.lines.text().contains("certificate read"));
    })
    .await;
}
