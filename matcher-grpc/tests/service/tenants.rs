//! Tenants: what is another's is answered as what is not there, word for word.

use matcher_grpc::auth::Role;
use matcher_grpc::wire::v1;
use prost::Message as _;
use tonic::Code;
use tonic::codegen::http::uri::PathAndQuery;
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;

use crate::access::calls;
use crate::harness::{Service, small_town, within};

/// A message that is sent as it stands.
#[derive(Clone, PartialEq, prost::Message)]
struct Raw {
    #[prost(string, tag = "1")]
    first: String,
}

/// Everything a refusal tells.
async fn refusal(service: &Service, token: &str, path: &str, bytes: &[u8]) -> (Code, String, Vec<u8>) {
    let mut client = tonic::client::Grpc::new(service.channel().await);
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(Raw::decode(bytes).unwrap());
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let path = PathAndQuery::try_from(path).unwrap();
    match client.unary::<Raw, Raw, _>(request, path, ProstCodec::default()).await {
        Ok(answer) => (Code::Ok, String::new(), answer.into_inner().encode_to_vec()),
        Err(refused) => (refused.code(), refused.message().to_owned(), refused.details().to_vec()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_id_is_answered_like_one_that_is_not_there() {
    within(async {
        let service = Service::start().await;
        let mut owner = service.clients("town", Role::Allocator).await;
        let dataset = owner.create(&small_town()).await;
        let run = owner.run(&dataset.dataset_id).await;
        let stranger = service.token("village", Role::Admin);
        let missing = |id: &str| format!("{}{}", &id[..id.len() - 4], "0000");
        let mut tried = 0;
        for path in calls() {
            // Lists without an id, and uploads, are looked at below.
            let by_dataset = path.ends_with("/GetDataset") || path.ends_with("/DeleteDataset") || path.ends_with("/Allocate");
            // There the dataset stands in a town, and that in a header where it is a stream.
            let depth = if path.contains(".ScenarioService/") { 1 + usize::from(path.ends_with("/Session")) } else { 0 };
            // Streams of scores are tried by relcheck, with every other call.
            let by_none =
                ["/CreateDataset", "/ValidateDataset", "/ListDatasets", "/ListRuns", "/ListDecisions", "/ScorePairs", "/RankDwellings"];
            if by_none.iter().any(|ending| path.ends_with(ending)) {
                continue;
            }
            let id = if by_dataset || depth > 0 { &dataset.dataset_id } else { &run.run_id };
            let message = |id: String| {
                if path.ends_with("/Decide") {
                    let request = v1::DecideRequest {
                        run_id: id,
                        dwelling_id: "R01".into(),
                        outcome: v1::DecisionOutcome::NotAllocated.into(),
                        reason: "x".into(),
                        decided_by: "x".into(),
                        ..v1::DecideRequest::default()
                    };
                    return request.encode_to_vec();
                }
                let wrapped = (0..depth).fold(id, |inner, _| String::from_utf8(Raw { first: inner }.encode_to_vec()).unwrap());
                Raw { first: wrapped }.encode_to_vec()
            };
            // Decide has more fields than Raw keeps: it is called with its own client.
            let (foreign, absent) = if path.ends_with("/Decide") {
                let mut clients = service.clients_of(&stranger).await;
                let mut answers = Vec::new();
                for id in [id.clone(), missing(id)] {
                    let request = v1::DecideRequest::decode(message(id).as_slice()).unwrap();
                    let refused = clients.allocation.decide(request).await.unwrap_err();
                    answers.push((refused.code(), refused.message().to_owned(), refused.details().to_vec()));
                }
                let absent = answers.pop().unwrap();
                (answers.pop().unwrap(), absent)
            } else {
                let foreign = refusal(&service, &stranger, &path, &message(id.clone())).await;
                (foreign, refusal(&service, &stranger, &path, &message(missing(id))).await)
            };
            assert_eq!(foreign.0, Code::NotFound, "{path}");
            assert_eq!(foreign, absent, "{path}");
            tried += 1;
        }
        assert_eq!(tried + 7, calls().len());
        let mut stranger = service.clients_of(&stranger).await;
        let list =
            stranger.allocation.list_runs(v1::ListRunsRequest { dataset_id: dataset.dataset_id.clone(), ..Default::default() }).await;
        assert!(list.unwrap().into_inner().runs.is_empty());
        assert!(stranger.datasets.list_datasets(v1::ListDatasetsRequest::default()).await.unwrap().into_inner().datasets.is_empty());
        assert!(stranger.allocation.list_decisions(v1::ListDecisionsRequest::default()).await.unwrap().into_inner().decisions.is_empty());
        let header = v1::ValidateDatasetHeader { dataset_id: dataset.dataset_id.clone(), ..v1::ValidateDatasetHeader::default() };
        let part = Some(v1::validate_dataset_request::Part::Header(header));
        let refused = stranger.datasets.validate_dataset(tokio_stream::iter([v1::ValidateDatasetRequest { part }])).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.get_error_details().resource_info().unwrap().resource_type.as_str()),
            (Code::NotFound, "dataset")
        );
        // Nothing of the owner's has changed.
        assert_eq!(owner.get_run(&run.run_id).await, run);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_of_another_tenant_is_refused() {
    within(async {
        // FAULTS 128.
        let service = Service::start().await;
        let mut owner = service.clients("town", Role::Planner).await;
        for _ in 0..2 {
            owner.create(&small_town()).await;
        }
        let page = |page_token: String| v1::ListDatasetsRequest { page_size: 1, page_token, ..Default::default() };
        let token = owner.datasets.list_datasets(page(String::new())).await.unwrap().into_inner().next_page_token;
        assert_eq!(owner.datasets.list_datasets(page(token.clone())).await.unwrap().into_inner().datasets.len(), 1);
        let mut stranger = service.clients("village", Role::Planner).await;
        assert_eq!(stranger.datasets.list_datasets(page(token.clone())).await.unwrap_err().code(), Code::InvalidArgument);
        let runs = v1::ListRunsRequest { page_token: token, ..v1::ListRunsRequest::default() };
        assert_eq!(owner.allocation.list_runs(runs).await.unwrap_err().code(), Code::InvalidArgument, "another list");
    })
    .await;
}
